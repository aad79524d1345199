import { CelError, noSuchOverload } from "../cel-error.ts";
import type { CelValue } from "../value.ts";
import { isInteger, isObject } from "./scalars.ts";

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. Throws CelError where there is no order. */
export function compare(a: CelValue, b: CelValue): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return compareTexts(a, b);
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  const left = numberOf(a);
  const right = numberOf(b);
  if (left !== undefined && right !== undefined) return compareNumbers(left, right);
  if (!isObject(a) || !isObject(b)) throw noSuchOverload();
  if (a.kind === "timestamp" && b.kind === "timestamp") return a.seconds - b.seconds || a.nanos - b.nanos;
  if (a.kind === "duration" && b.kind === "duration") return sign(a.nanos - b.nanos);
  if (a.kind === "bytes" && b.kind === "bytes") return compareBytes(a.value, b.value);
  throw noSuchOverload();
}

type Numeric = { readonly exact: bigint } | { readonly float: number };

function numberOf(value: CelValue): Numeric | undefined {
  if (isInteger(value)) return { exact: BigInt(value) };
  if (!isObject(value)) return undefined;
  if (value.kind === "uint") return { exact: value.value };
  if (value.kind !== "double") return undefined;
  if (Number.isNaN(value.value)) throw new CelError("NaN values cannot be ordered");
  return { float: value.value };
}

function compareNumbers(a: Numeric, b: Numeric): number {
  if ("exact" in a && "exact" in b) return sign(a.exact - b.exact);
  const left = "exact" in a ? Number(a.exact) : a.float;
  const right = "exact" in b ? Number(b.exact) : b.float;
  return left < right ? -1 : left > right ? 1 : 0;
}

function sign(value: bigint): number {
  return value < 0n ? -1 : value > 0n ? 1 : 0;
}

/** By code points, as UTF-8 sorts: UTF-16 has surrogates below the last 8,192 characters of the basic plane. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    const isSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;
    return isSurrogate(left) === isSurrogate(right) ? left - right : isSurrogate(left) ? 1 : -1;
  }
  return a.length - b.length;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
