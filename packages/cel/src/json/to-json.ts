import { base64Encode, type Json, newMap } from "@skates/apimachinery";
import { intOf } from "../integer.ts";
import type { CelMap, CelValue } from "../value.ts";
import { elementsOf } from "../values/list.ts";
import { formatSeconds, formatTimestamp } from "../values/time.ts";
import { typeOfValue } from "../values/type-of.ts";

/**
 * The JSON for a value that an expression made: bytes as base64, times and spans as texts, made objects as objects. Throws
 * an Error for what has no JSON form: types, quantities and the like, `optional.none()`, and maps whose keys are no texts.
 */
export function toJson(value: CelValue): Json {
  if (typeof value !== "object" || value === null) return value;
  switch (value.kind) {
    case "double":
      if (Number.isFinite(value.value)) return value.value;
      throw noJson(value);
    case "uint":
      return intOf(value.value);
    case "bytes":
      return base64Encode(value.value);
    case "timestamp":
      return formatTimestamp(value);
    case "duration":
      return formatSeconds(value);
    case "list":
      return elementsOf(value).map(toJson);
    case "map":
      return mapToJson(value);
    case "object":
      return recordOf(value.fields);
    case "optional":
      if (value.value === undefined) throw new Error("optional.none() dereference");
      return toJson(value.value);
    case "type":
    case "opaque":
      throw noJson(value);
  }
}

function noJson(value: CelValue): Error {
  return new Error(`a value of type ${typeOfValue(value).name} has no JSON form`);
}

function mapToJson(map: CelMap): Json {
  const entries = Array.from(map.keys(), (key) => {
    if (typeof key !== "string") throw new Error(`map key of type ${typeOfValue(key).name} is no text`);
    return [key, map.get(key) ?? null] as const;
  });
  return recordOf(entries);
}

function recordOf(entries: Iterable<readonly [string, CelValue]>): Json {
  const out = newMap<Json>();
  for (const [key, value] of entries) out[key] = toJson(value);
  return out;
}
