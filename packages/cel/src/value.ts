import type { CelType } from "./type.ts";
import type { Meter } from "./values/bounds.ts";

/**
 * A value of the language while an expression runs. An `int` is a number while it is safe (|n| < 2^53), else a bigint, as in
 * our JSON; so a plain number is never a `double`. JSON objects and arrays appear as `CelMap` and `CelList` around the original.
 */
export type CelValue =
  | null
  | boolean
  | string
  | number
  | bigint
  | CelDouble
  | CelUint
  | CelBytes
  | CelTimestamp
  | CelDuration
  | CelList
  | CelMap
  | CelOptional
  | CelTypeValue
  | CelObject
  | CelOpaque;

/** A floating point number. */
export interface CelDouble {
  readonly kind: "double";
  readonly value: number;
}

/** An unsigned integer of 64 bits. */
export interface CelUint {
  readonly kind: "uint";
  readonly value: bigint;
}

export interface CelBytes {
  readonly kind: "bytes";
  readonly value: Uint8Array;
}

/** An instant: whole seconds since the Unix epoch (may be negative), and 0 to 999,999,999 nanoseconds after them. */
export interface CelTimestamp {
  readonly kind: "timestamp";
  readonly seconds: number;
  readonly nanos: number;
  /** The zone in which it is printed, in minutes east of UTC. Two instants are the same whatever their zones. */
  readonly offsetMinutes: number;
}

/** A span of time in nanoseconds, within 64 bits. */
export interface CelDuration {
  readonly kind: "duration";
  readonly nanos: bigint;
}

/** A list. Lists that a schema declares to be sets or maps compare and add by rules of their own. */
export interface CelList {
  readonly kind: "list";
  readonly size: number;
  /** The element at an index within the list. */
  at(index: number): CelValue;
  /** Set for lists that merge and compare by other rules than position. */
  readonly rules?: ListRules;
}

/** How a list with `x-kubernetes-list-type` `set` or `map` compares and adds. */
export interface ListRules {
  equals(self: CelList, other: CelList, meter?: Meter): boolean;
  add(self: CelList, other: CelList): CelList;
}

/** A map, or a JSON object with declared fields. */
export interface CelMap {
  readonly kind: "map";
  readonly size: number;
  /** The value of a key; undefined: there is none. */
  get(key: CelValue): CelValue | undefined;
  keys(): Iterable<CelValue>;
  /** Compares with another map where that is not just by keys and values; undefined: it is. */
  equals?(other: CelMap, meter?: Meter): boolean | undefined;
}

/** `optional.of(value)`, or `optional.none()` when `value` is undefined. */
export interface CelOptional {
  readonly kind: "optional";
  readonly value: CelValue | undefined;
}

/** A type as a value: what `type(x)` returns. */
export interface CelTypeValue {
  readonly kind: "type";
  readonly type: CelType;
}

/** An object that an expression made: `Object{spec: …}`, `JSONPatch{op: …}`. */
export interface CelObject {
  readonly kind: "object";
  readonly type: CelType;
  /** Fields that were set, in the order of the expression. */
  readonly fields: ReadonlyMap<string, CelValue>;
}

/** A value that only the functions of the library that made it look into: a quantity, a URL, an authorizer. */
export interface CelOpaque {
  readonly kind: "opaque";
  readonly type: CelType;
  /** Compares with another value of the same type. Absent: the same value only. */
  readonly equals?: (other: CelOpaque) => boolean;
  /** What a cost by size counts. Absent: 1. */
  readonly size?: number;
}
