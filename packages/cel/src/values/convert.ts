import { CelError } from "../cel-error.ts";
import { intOf, isInt, isUint } from "../integer.ts";
import {
  type CelType,
  bytesType,
  doubleType,
  durationType,
  intType,
  stringType,
  timestampType,
  uintType,
  boolType,
} from "../type.ts";
import type { CelBytes, CelDouble, CelDuration, CelTimestamp, CelUint, CelValue } from "../value.ts";
import { formatKey } from "./format-value.ts";
import { bytes, double, isInteger, isObject } from "./scalars.ts";
import { parseGoDuration, parseTimestamp, timestampOf } from "./time.ts";
import { typeOfValue } from "./type-of.ts";

function unfit(from: CelType, to: CelType): CelError {
  return new CelError(`type conversion error from '${from.name}' to '${to.name}'`);
}

/** `int(value)`. */
export function toInt(value: CelValue): number | bigint {
  if (isInteger(value)) return value;
  if (typeof value === "string") {
    const parsed = /^[+-]?\d+$/.test(value) ? BigInt(value.replace(/^\+/, "")) : undefined;
    if (parsed === undefined || !isInt(parsed)) throw unfit(stringType, intType);
    return intOf(parsed);
  }
  if (!isObject(value)) throw unfit(typeOfValue(value), intType);
  switch (value.kind) {
    case "double":
      // The two ends are refused as well: upstream cannot tell them from their neighbours beyond.
      if (!(value.value > -(2 ** 63) && value.value < 2 ** 63)) throw new CelError("integer overflow");
      return intOf(BigInt(Math.trunc(value.value)));
    case "uint":
      if (!isInt(value.value)) throw new CelError("integer overflow");
      return intOf(value.value);
    case "timestamp":
      return value.seconds;
    case "duration":
      return intOf(value.nanos);
    default:
      throw unfit(typeOfValue(value), intType);
  }
}

/** `uint(value)`. */
export function toUint(value: CelValue): CelUint {
  if (typeof value === "string") {
    const parsed = /^\d+$/.test(value) ? BigInt(value) : undefined;
    if (parsed === undefined || !isUint(parsed)) throw unfit(stringType, uintType);
    return { kind: "uint", value: parsed };
  }
  if (isInteger(value)) {
    if (value < 0) throw new CelError("unsigned integer overflow");
    return { kind: "uint", value: BigInt(value) };
  }
  if (isObject(value) && value.kind === "uint") return value;
  if (isObject(value) && value.kind === "double") {
    if (!(value.value >= 0 && value.value < 2 ** 64)) throw new CelError("unsigned integer overflow");
    return { kind: "uint", value: BigInt(Math.trunc(value.value)) };
  }
  throw unfit(typeOfValue(value), uintType);
}

/** `double(value)`. */
export function toDouble(value: CelValue): CelDouble {
  if (isInteger(value)) return double(Number(value));
  if (typeof value === "string") return double(parseDouble(value));
  if (isObject(value) && value.kind === "double") return value;
  if (isObject(value) && value.kind === "uint") return double(Number(value.value));
  throw unfit(typeOfValue(value), doubleType);
}

function parseDouble(text: string): number {
  const special = /^([+-]?)(?:(inf(?:inity)?)|(nan))$/i.exec(text);
  if (special !== null) {
    if (special[3] !== undefined && special[1] === "") return Number.NaN;
    if (special[2] !== undefined) return special[1] === "-" ? -Infinity : Infinity;
  }
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw unfit(stringType, doubleType);
  return value;
}

/** `string(value)`. */
export function toText(value: CelValue): string {
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
    case "number":
    case "bigint":
      return String(value);
    default:
      return value === null ? failText(value) : objectText(value);
  }
}

function objectText(value: Exclude<CelValue, null | boolean | string | number | bigint>): string {
  switch (value.kind) {
    case "bytes":
      return decodeUtf8(value.value);
    case "double":
    case "uint":
    case "timestamp":
    case "duration":
    case "type":
      return formatKey(value);
    default:
      return failText(value);
  }
}

function failText(value: CelValue): never {
  throw unfit(typeOfValue(value), stringType);
}

function decodeUtf8(value: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CelError("invalid UTF-8 in bytes, cannot convert to string");
  }
}

/** `bytes(value)`. */
export function toBytes(value: CelValue): CelBytes {
  if (typeof value === "string") return bytes(new TextEncoder().encode(value));
  if (isObject(value) && value.kind === "bytes") return value;
  throw unfit(typeOfValue(value), bytesType);
}

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);

/** `bool(value)`. */
export function toBool(value: CelValue): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") throw unfit(typeOfValue(value), boolType);
  if (TRUE.has(value)) return true;
  if (FALSE.has(value)) return false;
  throw unfit(stringType, boolType);
}

/** `duration(value)`. */
export function toDuration(value: CelValue): CelDuration {
  if (typeof value === "string") {
    const parsed = parseGoDuration(value);
    if (parsed === undefined) throw unfit(stringType, durationType);
    return parsed;
  }
  if (isObject(value) && value.kind === "duration") return value;
  throw unfit(typeOfValue(value), durationType);
}

/** `timestamp(value)`. */
export function toTimestamp(value: CelValue): CelTimestamp {
  if (typeof value === "string") {
    const parsed = parseTimestamp(value);
    if (parsed === undefined) throw unfit(stringType, timestampType);
    return parsed;
  }
  if (isInteger(value)) return timestampOf(Number(value));
  if (isObject(value) && value.kind === "timestamp") return value;
  throw unfit(typeOfValue(value), timestampType);
}
