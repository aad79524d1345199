// Who creates an object owns what a comparison with nothing finds: the short way of a create against the long one, over all kinds; and what
// is remembered of one object for those like it is what would be found for each.
import { expect, it } from "vitest";
import {
  type ApiObject,
  applyDefaults,
  CreatedMemo,
  encodeJson,
  structOf,
  updateManagedFields,
} from "@skates/apimachinery";
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

it("what is remembered is right for all that looks alike", () => {
  const seed = 11;
  const random = seededRandom(seed);
  let alike = 0;
  for (const resource of builtinResources) {
    for (let round = 0; round < 3; round++) {
      const memo = new CreatedMemo();
      const first = objectOf(resource, random);
      const options = { ignore: ["status"], old: undefined };
      const text = owned(resource, first, { ...options, memo });
      for (let i = 0; i < 20; i++) {
        const next = { metadata: first.metadata, ...(changed(first, random) as object) } as ApiObject;
        const found = owned(resource, next, { ...options, memo });
        expect({ seed, next, found }).toEqual({ seed, next, found: owned(resource, next, options) });
        if (found === text) alike++;
      }
    }
  }
  expect(alike).toBeGreaterThan(1_000); // else the changes are too coarse to show anything
});

/** With one member, item or value somewhere within taken out, doubled, or replaced. */
function changed(value: unknown, random: Random): unknown {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    const at = pick(random, items.length + 1);
    if (at === items.length) return items.length === 0 || pick(random, 4) > 0 ? items : [...items, items[0]];
    if (pick(random, 5) === 0) return items.filter((_, i) => i !== at);
    return items.map((item, i) => (i === at ? changed(item, random) : item));
  }
  if (typeof value === "object" && value !== null) {
    const names = Object.keys(value);
    const name = names[pick(random, names.length)];
    if (name === undefined) return value;
    const { [name]: member, ...rest } = value as Readonly<Record<string, unknown>>;
    if (pick(random, 10) === 0) return rest;
    return pick(random, 10) === 0 ? { ...rest, x: member } : { ...value, [name]: changed(member, random) };
  }
  if (typeof value === "string") return TEXTS[pick(random, TEXTS.length)];
  return typeof value === "number" ? pick(random, 3) : pick(random, 2) === 1;
}

function owned(
  { schema }: Resource,
  object: ApiObject,
  {
    ignore,
    old,
    memo,
  }: { readonly ignore: readonly string[]; readonly old: ApiObject | undefined; readonly memo?: CreatedMemo },
): string {
  const managedFields = updateManagedFields({
    struct: schema,
    old,
    next: object,
    manager: "m",
    apiVersion: "v1",
    nowMs: 0,
    ignore,
    memo,
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
