import { CelError } from "../cel-error.ts";
import { isUint } from "../integer.ts";
import type { CelBytes, CelDouble, CelOptional, CelTypeValue, CelUint, CelValue } from "../value.ts";
import type { CelType } from "../type.ts";

/** A `double`. */
export function double(value: number): CelDouble {
  return { kind: "double", value };
}

/** A `uint`. Throws CelError beyond 64 bits. */
export function uint(value: bigint): CelUint {
  if (!isUint(value)) throw new CelError("unsigned integer overflow");
  return { kind: "uint", value };
}

/** A `bytes`; the array is not copied. */
export function bytes(value: Uint8Array): CelBytes {
  return { kind: "bytes", value };
}

/** A type as a value. */
export function typeValue(type: CelType): CelTypeValue {
  return { kind: "type", type };
}

/** `optional.none()`. */
export const NONE: CelOptional = { kind: "optional", value: undefined };

/** `optional.of(value)`. */
export function optionalOf(value: CelValue): CelOptional {
  return { kind: "optional", value };
}

/** True for the values that `typeof` does not tell apart: all but null, booleans, texts and integers. */
export function isObject(value: CelValue): value is Exclude<CelValue, null | boolean | string | number | bigint> {
  return typeof value === "object" && value !== null;
}

/** True for an `int`. */
export function isInteger(value: CelValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** Characters of a text. */
export function codePointCount(text: string): number {
  let count = text.length;
  if (!SURROGATE.test(text)) return count;
  for (let i = 0; i + 1 < text.length; i++) {
    if ((text.codePointAt(i) ?? 0) <= 0xffff) continue;
    count--;
    i++;
  }
  return count;
}

const SURROGATE = /[\ud800-\udbff]/;
