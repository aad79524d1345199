import { intOf } from "../integer.ts";
import type { CelMap, CelValue } from "../value.ts";
import { isObject } from "./scalars.ts";

/** A key in the one form that equal keys share: `1`, `1u` and `1.0` are the same. Undefined: cannot be a key. */
export type MapKey = string | number | bigint | boolean;

/** The form of a key by which it is found. */
export function mapKey(key: CelValue): MapKey | undefined {
  switch (typeof key) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return key;
    default:
      if (!isObject(key)) return undefined;
      if (key.kind === "uint") return intOf(key.value);
      if (key.kind !== "double" || !Number.isInteger(key.value)) return undefined;
      return intOf(BigInt(key.value));
  }
}

/** A map that an expression made. */
export class EntryMap implements CelMap {
  readonly kind = "map";
  readonly #entries: Map<MapKey, { readonly key: CelValue; readonly value: CelValue }>;

  constructor() {
    this.#entries = new Map();
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: CelValue): CelValue | undefined {
    const form = mapKey(key);
    return form === undefined ? undefined : this.#entries.get(form)?.value;
  }

  *keys(): Iterable<CelValue> {
    for (const { key } of this.#entries.values()) yield key;
  }

  /** Only for who makes the map. False: the value cannot be a key. */
  set(key: CelValue, value: CelValue): boolean {
    const form = mapKey(key);
    if (form === undefined) return false;
    this.#entries.set(form, { key, value });
    return true;
  }

  /** Only for who makes the map. */
  delete(key: CelValue): void {
    const form = mapKey(key);
    if (form !== undefined) this.#entries.delete(form);
  }
}

/** A map of texts to values at hand. */
export function mapOfEntries(entries: Iterable<readonly [CelValue, CelValue]>): CelMap {
  const map = new EntryMap();
  for (const [key, value] of entries) map.set(key, value);
  return map;
}
