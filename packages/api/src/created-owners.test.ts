// Who creates an object owns what a comparison with nothing finds: the short way of a create against the long one, over all kinds.
import { expect, it } from "vitest";
import { type ApiObject, applyDefaults, encodeJson, structOf, updateManagedFields } from "@skates/apimachinery";
import type { AnyField, Resource, Struct, TypeNode } from "@skates/apimachinery";
import { pick, seededRandom, type Random } from "@skates/component-base";
import { builtinResources } from "./index.ts";

const DEPTH_MAX = 6;
const TEXTS = ["", "a", "b", 'say "x" & <y>', "ü", "10", "9"];

for (const resource of builtinResources) {
  it(`${resource.group}/${resource.version} ${resource.kind}`, () => {
    const seed = 7;
    const random = seededRandom(seed);
    for (let round = 0; round < 20; round++) {
      const object = objectOf(resource, random);
      for (const ignore of [[], ["status"], ["spec"]]) {
        expect({ seed, round, text: owned(resource, object, { ignore, old: undefined }) }).toEqual({
          seed,
          round,
          // Not a create any more, and yet nothing was there: the comparison decides.
          text: owned(resource, object, { ignore, old: { metadata: {} } as ApiObject }),
        });
      }
    }
  });
}

function owned(
  { schema }: Resource,
  object: ApiObject,
  { ignore, old }: { readonly ignore: readonly string[]; readonly old: ApiObject | undefined },
): string {
  const managedFields = updateManagedFields({
    struct: schema,
    old,
    next: object,
    manager: "m",
    apiVersion: "v1",
    nowMs: 0,
    ignore,
  });
  const { name } = object.metadata;
  return encodeJson(schema, { ...object, metadata: { name, managedFields } });
}

function objectOf({ schema, kind }: Resource, random: Random): ApiObject {
  const value = { ...structValue(schema, random, 0), apiVersion: "v1", kind };
  const { managedFields: _, ...metadata } = (value as unknown as ApiObject).metadata ?? {};
  return applyDefaults(schema, { ...value, metadata } as unknown as ApiObject);
}

function structValue(struct: Struct, random: Random, depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(struct.fields)) {
    if (skips(field, random, depth)) continue;
    out[name] = typeValue(field.type, random, depth);
  }
  return out;
}

function skips({ required, type }: AnyField, random: Random, depth: number): boolean {
  if (required) return depth > DEPTH_MAX && type.kind !== "ref";
  return depth > DEPTH_MAX || pick(random, 3) === 0;
}

function typeValue(type: TypeNode, random: Random, depth: number): unknown {
  switch (type.kind) {
    case "ref":
      return structValue(structOf(type) as Struct, random, depth + 1);
    case "list":
      return Array.from({ length: pick(random, 4) }, () => typeValue(type.items, random, depth + 1));
    case "map":
      return Object.fromEntries(
        Array.from({ length: pick(random, 3) }, () => [
          TEXTS[pick(random, TEXTS.length)],
          typeValue(type.values, random, depth + 1),
        ]),
      );
    case "bool":
      return pick(random, 2) === 1;
    case "int":
    case "double":
    case "intOrString":
      return pick(random, 12);
    case "fieldsV1":
    case "rawExtension":
    case "json":
      return { a: 1 };
    case "quantity":
      return String(pick(random, 3));
    case "duration":
      return `${pick(random, 3)}s`;
    default:
      return TEXTS[pick(random, TEXTS.length)];
  }
}
