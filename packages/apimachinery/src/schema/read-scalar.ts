import { canonicalQuantity } from "../text/quantity.ts";
import { canonicalMicroTime, canonicalTime } from "../text/time.ts";
import { formatDuration, parseDuration } from "../text/duration.ts";
import { DecodeError } from "./decode-error.ts";
import { FractionLiteral } from "./exact-json.ts";
import { jsonText } from "./json-text.ts";
import { isRecord, newMap } from "./record.ts";
import type { TypeNode } from "./type.ts";

/** Where a value stands, for Go's messages: `Go struct field PodSpec.spec.replicas of type int32`. */
export interface Place {
  /** `Go struct field …` or `Go value`. */
  describe(): string;
}

/** Reads a value other than a struct, list or map into its normal form. Throws DecodeError. */
export function readScalar(type: TypeNode, value: unknown, place: Place): unknown {
  switch (type.kind) {
    case "string":
      return typeof value === "string" ? value : mismatch(value, "string", place);
    case "bool":
      return typeof value === "boolean" ? value : mismatch(value, "bool", place);
    case "int":
      return readInt(value, type.bits, place);
    case "double":
      return readDouble(value, place);
    case "bytes":
      return readBytes(value, place);
    case "quantity":
      return readQuantity(value);
    case "time":
      return custom(value, canonicalTime);
    case "microTime":
      return custom(value, canonicalMicroTime);
    case "duration":
      return custom(value, canonicalDuration);
    case "intOrString":
      return typeof value === "string" ? value : readInt(value, 32, VALUE);
    case "fieldsV1":
    case "rawExtension":
    case "json":
      return withoutLiterals(value);
    default:
      throw new Error(`${type.kind} is no scalar`);
  }
}

const VALUE: Place = { describe: () => "Go value" };

/** `json: cannot unmarshal string into …`. */
export function mismatch(value: unknown, goType: string, place: Place): never {
  throw new DecodeError(`json: cannot unmarshal ${goKind(value, goType)} into ${place.describe()} of type ${goType}`);
}

function goKind(value: unknown, goType: string): string {
  if (Array.isArray(value)) return "array";
  if (value instanceof FractionLiteral) return goType.startsWith("int") ? `number ${value.text}` : "number";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "number":
    case "bigint":
      return goType.startsWith("int") ? `number ${value}` : "number";
    default:
      return typeof value;
  }
}

const INT64_MAX = 2n ** 63n - 1n;

function readInt(value: unknown, bits: 32 | 64, place: Place): unknown {
  if (typeof value === "number" && Number.isInteger(value)) {
    if (bits === 32 && (value > 0x7fffffff || value < -0x80000000)) return mismatch(value, "int32", place);
    return value;
  }
  if (typeof value === "bigint" && bits === 64 && value <= INT64_MAX && value >= -INT64_MAX - 1n) {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  return mismatch(value, `int${bits}`, place);
}

function readDouble(value: unknown, place: Place): unknown {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return value instanceof FractionLiteral ? Number(value.text) : mismatch(value, "float64", place);
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function readBytes(value: unknown, place: Place): unknown {
  if (typeof value !== "string") return mismatch(value, "[]uint8", place);
  if (BASE64.test(value)) return value;
  const joined = value.replaceAll(/[\r\n]/g, "");
  if (BASE64.test(joined)) return joined;
  const bad = /[^A-Za-z0-9+/=\r\n]/.exec(value)?.index ?? value.length - (value.length % 4);
  throw new DecodeError(`illegal base64 data at input byte ${bad}`);
}

function readQuantity(value: unknown): unknown {
  if (value instanceof FractionLiteral) return canonicalQuantity(value.text);
  if (typeof value === "number" || typeof value === "bigint") return custom(String(value), canonicalQuantity);
  return custom(typeof value === "string" ? value.trim() : jsonText(value), canonicalQuantity);
}

function canonicalDuration(text: string): string {
  return formatDuration(parseDuration(text));
}

/** Types that read themselves: their errors name no field. */
function custom(value: unknown, read: (text: string) => string): string {
  if (typeof value !== "string") return mismatch(value, "string", VALUE);
  try {
    return read(value);
  } catch (error) {
    throw new DecodeError(error instanceof Error ? error.message : String(error));
  }
}

/** Any JSON, kept as it is; literals of the exact parser become numbers, objects inherit nothing dangerous. */
export function withoutLiterals(value: unknown): unknown {
  if (value instanceof FractionLiteral) return Number(value.text);
  if (Array.isArray(value)) {
    const next = value.map(withoutLiterals);
    return next.every((item, index) => item === value[index]) ? value : next;
  }
  if (!isRecord(value)) return value;
  let changed = Object.hasOwn(value, "__proto__") && Object.getPrototypeOf(value) === Object.prototype;
  const next = newMap<unknown>();
  for (const key of Object.keys(value)) {
    const inner = withoutLiterals(value[key]);
    if (inner !== value[key]) changed = true;
    next[key] = inner;
  }
  return changed ? next : value;
}
