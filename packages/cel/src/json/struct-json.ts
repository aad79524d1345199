import { type AnyField, isRecord, type Struct, type TypeNode } from "@skates/apimachinery";
import { CelError } from "../cel-error.ts";
import type { JsonType } from "../json-type.ts";
import {
  boolType,
  bytesType,
  doubleType,
  dynType,
  intType,
  listType,
  mapType,
  objectType,
  stringType,
  timestampType,
} from "../type.ts";
import type { CelValue } from "../value.ts";
import { JsonList } from "../values/list.ts";
import { double } from "../values/scalars.ts";
import { anyJson } from "./any-json.ts";
import { escapeName, unescapeName } from "./escape-name.ts";
import { JsonMap } from "./json-map.ts";
import { toBytesOfBase64, toTimestampOfJson } from "./json-scalars.ts";
import { mapListRules, SET_RULES } from "./list-rules.ts";

/**
 * How objects of a built-in kind appear in expressions that are checked against it: fields by escaped names, times as `timestamp`,
 * bytes as `bytes`, what is an integer or a text as `dyn`, and quantities as texts. Policies at run time see plain JSON instead
 * (`anyJson`), as upstream has it.
 */
export function jsonTypeOfStruct(struct: Struct): JsonType {
  return new StructTypes().struct(struct);
}

/** Types by struct: structs may contain themselves. */
class StructTypes {
  readonly #known = new Map<Struct, JsonType>();

  struct(struct: Struct): JsonType {
    const known = this.#known.get(struct);
    if (known !== undefined) return known;
    const fields = new Map<string, JsonType | undefined>();
    const field = (escaped: string): JsonType | undefined => {
      if (!fields.has(escaped)) fields.set(escaped, this.#field(struct, escaped));
      return fields.get(escaped);
    };
    const adaptMember = (name: string, json: unknown) => {
      const escaped = escapeName(name);
      return escaped === undefined ? undefined : field(escaped)?.adapt(json);
    };
    const members = { fields: true, adaptMember };
    const made: JsonType = {
      type: objectType(struct.name, { field: (escaped) => field(escaped)?.type }),
      adapt: (json) => new JsonMap(recordOf(struct.name, json), members),
      minSizeBytes: 2,
      field,
    };
    this.#known.set(struct, made);
    return made;
  }

  #field(struct: Struct, escaped: string): JsonType | undefined {
    const name = unescapeName(escaped);
    const field: AnyField | undefined =
      name !== undefined && Object.hasOwn(struct.fields, name) ? struct.fields[name] : undefined;
    return field === undefined ? undefined : this.#node(field.type);
  }

  #node(node: TypeNode): JsonType {
    switch (node.kind) {
      case "string":
      case "quantity":
      case "duration":
        return { ...anyJson, type: stringType };
      case "bool":
        return { ...anyJson, type: boolType };
      case "int":
        return { ...anyJson, type: intType };
      case "double":
        return { type: doubleType, adapt: adaptDouble, minSizeBytes: 1 };
      case "bytes":
        return { type: bytesType, adapt: adaptText(toBytesOfBase64), minSizeBytes: 2 };
      case "time":
      case "microTime":
        return { type: timestampType, adapt: adaptText(toTimestampOfJson), minSizeBytes: 2 };
      case "intOrString":
      case "fieldsV1":
      case "rawExtension":
      case "json":
        return { ...anyJson, type: dynType };
      case "list":
        return this.#list(node);
      case "map": {
        const element = this.#node(node.values);
        const members = { fields: false, adaptMember: (_: string, json: unknown) => element.adapt(json) };
        const adapt = (json: unknown) => new JsonMap(recordOf("map", json), members);
        return { type: mapType(stringType, element.type), adapt, minSizeBytes: 2, element };
      }
      case "ref":
        return this.struct(node.target());
    }
  }

  #list({ items, merge }: Extract<TypeNode, { kind: "list" }>): JsonType {
    const element = this.#node(items);
    const rules = merge === "set" ? SET_RULES : merge === "atomic" ? undefined : mapListRules(merge.keys);
    const adapt = (json: unknown) => {
      if (!Array.isArray(json)) throw new CelError("invalid data, expected a list");
      return new JsonList(json, element.adapt, rules);
    };
    return { type: listType(element.type), adapt, minSizeBytes: 2, element };
  }
}

function recordOf(name: string, json: unknown): Readonly<Record<string, unknown>> {
  if (isRecord(json)) return json;
  throw new CelError(`invalid data, expected ${name}`);
}

function adaptDouble(json: unknown): CelValue {
  if (typeof json === "number" || typeof json === "bigint") return double(Number(json));
  throw new CelError("invalid data, expected a number");
}

function adaptText(parse: (text: string) => CelValue): (json: unknown) => CelValue {
  return (json) => {
    if (json === null || json === undefined) return null;
    if (typeof json !== "string") throw new CelError("invalid data, expected a text");
    return parse(json);
  };
}
