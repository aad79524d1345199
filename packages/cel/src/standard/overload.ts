import { noSuchOverload } from "../cel-error.ts";
import type { CallCost } from "../cost.ts";
import type { Overload, Specialize } from "../declaration.ts";
import type { CelType } from "../type.ts";
import type { CelBytes, CelDuration, CelList, CelMap, CelTimestamp, CelValue } from "../value.ts";
import { isObject } from "../values/scalars.ts";

/** What a signature and its implementation are, besides the id. */
export interface Signature {
  readonly params: readonly CelType[];
  readonly result: CelType;
  readonly run: (...args: CelValue[]) => CelValue;
  readonly unguarded?: true;
  readonly specialize?: Specialize;
  readonly cost?: CallCost;
}

/** An overload called as `name(…)`. */
export function global(id: string, signature: Signature): Overload {
  return { id, ...signature };
}

/** An overload called as `receiver.name(…)`. */
export function member(id: string, signature: Signature): Overload {
  return { id, member: true, ...signature };
}

/** The argument as a text. Like its siblings, throws CelError for what the signature does not let through. */
export function text(value: CelValue): string {
  if (typeof value !== "string") throw noSuchOverload();
  return value;
}

/** The argument as an integer that fits a length or place: what is beyond is cut to the nearest safe one. */
export function integer(value: CelValue): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return value < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
  throw noSuchOverload();
}

export function list(value: CelValue): CelList {
  if (!isObject(value) || value.kind !== "list") throw noSuchOverload();
  return value;
}

export function map(value: CelValue): CelMap {
  if (!isObject(value) || value.kind !== "map") throw noSuchOverload();
  return value;
}

export function bytesOf(value: CelValue): CelBytes {
  if (!isObject(value) || value.kind !== "bytes") throw noSuchOverload();
  return value;
}

export function timestamp(value: CelValue): CelTimestamp {
  if (!isObject(value) || value.kind !== "timestamp") throw noSuchOverload();
  return value;
}

export function duration(value: CelValue): CelDuration {
  if (!isObject(value) || value.kind !== "duration") throw noSuchOverload();
  return value;
}
