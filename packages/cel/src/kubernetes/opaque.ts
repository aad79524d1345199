import { noSuchOverload } from "../cel-error.ts";
import type { CelType } from "../type.ts";
import type { CelOpaque, CelValue } from "../value.ts";

/** Values of one type that only this package's functions look into, with the data they carry. */
export interface OpaqueKind<T> {
  readonly type: CelType;
  make(data: T): CelOpaque;
  /** The data of a value. Throws CelError for a value of another type. */
  data(value: CelValue): T;
}

/** How values of a kind compare, and what they count for in costs by size. */
export interface OpaqueOptions<T> {
  readonly equals?: (one: T, other: T) => boolean;
  readonly size?: (data: T) => number;
}

/** A kind of opaque values. Its data never leaves the kind, so that what comes back is what was put in. */
export function opaqueKind<T>(type: CelType, { equals, size }: OpaqueOptions<T> = {}): OpaqueKind<T> {
  const known = new WeakMap<CelOpaque, { readonly data: T }>();
  const data = (value: CelValue): T => {
    const entry = typeof value === "object" && value?.kind === "opaque" ? known.get(value) : undefined;
    if (entry === undefined) throw noSuchOverload();
    return entry.data;
  };
  const make = (made: T): CelOpaque => {
    const value: CelOpaque = {
      kind: "opaque",
      type,
      ...(equals === undefined ? {} : { equals: (other) => equals(made, data(other)) }),
      ...(size === undefined ? {} : { size: size(made) }),
    };
    known.set(value, { data: made });
    return value;
  };
  return { type, make, data };
}
