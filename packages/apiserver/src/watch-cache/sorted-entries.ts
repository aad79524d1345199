import type { CachedObject } from "./cached-object.ts";

const NONE: readonly CachedObject[] = [];

/** Entries by key and in the order of keys. A range that was given out does not change afterwards. */
export class SortedEntries {
  readonly #byKey = new Map<string, CachedObject>();
  #sorted: CachedObject[] = [];
  /** True while `#sorted` may be in somebody's hands: the next change copies it. */
  #shared = false;

  get size(): number {
    return this.#sorted.length;
  }

  get(key: string): CachedObject | undefined {
    return this.#byKey.get(key);
  }

  set(entry: CachedObject): void {
    const known = this.#byKey.has(entry.key);
    this.#byKey.set(entry.key, entry);
    const sorted = this.#writable();
    const last = sorted[sorted.length - 1];
    if (!known && (last === undefined || last.key < entry.key)) sorted.push(entry);
    else sorted.splice(lowerBound(sorted, entry.key), known ? 1 : 0, entry);
  }

  delete(key: string): void {
    if (!this.#byKey.delete(key)) return;
    const sorted = this.#writable();
    sorted.splice(lowerBound(sorted, key), 1);
  }

  clear(): void {
    this.#byKey.clear();
    this.#sorted = [];
    this.#shared = false;
  }

  /** All entries whose key starts with `prefix`. */
  under(prefix: string): readonly CachedObject[] {
    const sorted = this.#sorted;
    const from = lowerBound(sorted, prefix);
    const to = lowerBound(sorted, `${prefix}\uffff`);
    if (from === to) return NONE;
    if (to - from < sorted.length) return sorted.slice(from, to);
    this.#shared = true;
    return sorted;
  }

  #writable(): CachedObject[] {
    if (this.#shared) {
      this.#sorted = this.#sorted.slice();
      this.#shared = false;
    }
    return this.#sorted;
  }
}

/** Index of the first entry whose key is not below `key`. */
export function lowerBound(sorted: readonly CachedObject[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = sorted[middle];
    if (at !== undefined && at.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
