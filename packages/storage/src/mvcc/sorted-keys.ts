/** Halves of a chunk that grew past this become two. */
const CHUNK_MAX = 256;

/** Items in byte order of their keys: found by key, walked from a key on. Each key at most once. */
export class SortedKeys<T extends { readonly key: string }> {
  readonly #byKey = new Map<string, T>();
  readonly #chunks: T[][] = [];
  #compare = compareUnits;

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): T | undefined {
    return this.#byKey.get(key);
  }

  add(item: T): void {
    this.#byKey.set(item.key, item);
    if (this.#compare === compareUnits && WIDE.test(item.key)) this.#widen();
    const at = this.#chunkFor(item.key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#chunks.push([item]);
      return;
    }
    chunk.splice(this.#indexIn(chunk, item.key), 0, item);
    if (chunk.length > CHUNK_MAX) this.#chunks.splice(at + 1, 0, chunk.splice(chunk.length >> 1));
  }

  delete(key: string): void {
    if (!this.#byKey.delete(key)) return;
    const at = this.#chunkFor(key);
    const chunk = this.#chunks[at];
    chunk?.splice(this.#indexIn(chunk, key), 1);
    if (chunk?.length === 0) this.#chunks.splice(at, 1);
  }

  /** Items at or after `start`. The collection must not change while they are walked. */
  *from(start: string): IterableIterator<T> {
    const first = this.#chunkFor(start);
    for (let c = first; c < this.#chunks.length; c++) {
      const chunk = this.#chunks[c] ?? [];
      for (let i = c === first ? this.#indexIn(chunk, start) : 0; i < chunk.length; i++) {
        const item = chunk[i];
        if (item !== undefined) yield item;
      }
    }
  }

  /** The chunk where `key` is or belongs: the last one that does not start after it. */
  #chunkFor(key: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const first = this.#chunks[middle]?.[0];
      if (first !== undefined && this.#compare(first.key, key) <= 0) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  /** The first place in the chunk whose key is not before `key`. */
  #indexIn(chunk: readonly T[], key: string): number {
    let low = 0;
    let high = chunk.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const item = chunk[middle];
      if (item !== undefined && this.#compare(item.key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** From the first key on whose order by code units could differ from that by bytes, compare with more care. */
  #widen(): void {
    this.#compare = compareBytes;
    const all = this.#chunks.flat().sort((a, b) => compareBytes(a.key, b.key));
    this.#chunks.length = 0;
    for (let i = 0; i < all.length; i += CHUNK_MAX) this.#chunks.push(all.slice(i, i + CHUNK_MAX));
  }
}

/** Only with these does the order of UTF-16 code units differ from that of UTF-8 bytes. */
const WIDE = /[\ud800-\uffff]/;

function compareUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Order of the UTF-8 forms. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return byteRank(x) - byteRank(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
function byteRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
