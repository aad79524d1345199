import { isRecord } from "@skates/apimachinery";
import { CelError } from "../cel-error.ts";
import type { JsonType } from "../json-type.ts";
import { type CelType, stringType } from "../type.ts";
import type { CelValue } from "../value.ts";
import { toBytesOfBase64, toTimestampOfJson } from "./json-scalars.ts";
import { JsonList } from "../values/list.ts";
import { toDuration } from "../values/convert.ts";
import { double, isInteger, isObject } from "../values/scalars.ts";
import { anyJson } from "./any-json.ts";
import { JsonMap } from "./json-map.ts";

/** How JSON for a variable of a plain type is read: by the type. Nothing is known of its size. */
export function jsonTypeOf(type: CelType): JsonType {
  const adapt = adaptAs(type);
  switch (type.kind) {
    case "list": {
      const element = jsonTypeOf(type.parameters[0] ?? stringType);
      return { type, adapt, minSizeBytes: 2, element };
    }
    case "map": {
      const [key, value] = type.parameters;
      return {
        type,
        adapt,
        minSizeBytes: 2,
        key: jsonTypeOf(key ?? stringType),
        element: jsonTypeOf(value ?? stringType),
      };
    }
    case "object":
      return {
        type,
        adapt,
        minSizeBytes: 2,
        field: (name) => {
          const field = type.declaration?.field(name);
          return field === undefined ? undefined : jsonTypeOf(field);
        },
      };
    default:
      return { type, adapt, minSizeBytes: 1 };
  }
}

function adaptAs(type: CelType): (json: unknown) => CelValue {
  switch (type.kind) {
    case "double":
      return (json) =>
        typeof json === "number" || typeof json === "bigint" ? double(Number(json)) : wrong(type, json);
    case "uint":
      return (json) => {
        const value = anyJson.adapt(json);
        return isInteger(value) && value >= 0 ? { kind: "uint", value: BigInt(value) } : wrong(type, json);
      };
    case "timestamp":
      return (json) => (typeof json === "string" ? toTimestampOfJson(json) : wrong(type, json));
    case "duration":
      return (json) => (typeof json === "string" ? toDuration(json) : wrong(type, json));
    case "bytes":
      return (json) => (typeof json === "string" ? toBytesOfBase64(json) : wrong(type, json));
    case "list": {
      const element = adaptAs(type.parameters[0] ?? stringType);
      return (json) => (Array.isArray(json) ? new JsonList(json, element) : wrong(type, json));
    }
    case "map": {
      const value = adaptAs(type.parameters[1] ?? stringType);
      const members = { fields: false, adaptMember: (_: string, json: unknown) => value(json) };
      return (json) => (isRecord(json) ? new JsonMap(json, members) : wrong(type, json));
    }
    case "object":
      return adaptFields(type);
    default:
      return anyJson.adapt;
  }
}

function adaptFields(type: CelType): (json: unknown) => CelValue {
  const known = new Map<string, (json: unknown) => CelValue>();
  const adaptMember = (name: string, json: unknown): CelValue | undefined => {
    let adapt = known.get(name);
    if (adapt === undefined) {
      const field = type.declaration?.field(name);
      if (field === undefined) return undefined;
      adapt = adaptAs(field);
      known.set(name, adapt);
    }
    return adapt(json);
  };
  const members = { fields: true, adaptMember };
  return (json) => (isRecord(json) ? new JsonMap(json, members) : wrong(type, json));
}

function wrong(type: CelType, json: unknown): CelValue {
  const value = anyJson.adapt(json);
  if (value === null || (isObject(value) && value.kind === "opaque")) return value;
  throw new CelError(`invalid data, expected ${type.name}`);
}
