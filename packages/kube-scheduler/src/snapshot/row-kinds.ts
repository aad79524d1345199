/** Which slots have the same row of numbers, so that what depends on nothing but the row is worked out once for all of them. */
export class RowKinds {
  readonly #width: number;
  readonly #kinds = new Map<string, { readonly kind: number; slots: number }>();
  readonly #free: number[] = [];
  /** By slot. */
  readonly #keys: (string | undefined)[] = [];
  #kindOf = new Int32Array(64);
  #slots = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** Kinds are numbers below this. */
  get limit(): number {
    return this.#kinds.size + this.#free.length;
  }

  /** Whether so many are alike that to look a kind up is less than to work it out. */
  get few(): boolean {
    return 2 * this.#kinds.size <= this.#slots;
  }

  /** The kind of each slot. Another array after each change, perhaps. */
  get kindOf(): Int32Array {
    return this.#kindOf;
  }

  /** Notes the row of a slot as it is now. */
  set(slot: number, rows: Float64Array): void {
    const key = rows.subarray(slot * this.#width, (slot + 1) * this.#width).join();
    const before = this.#keys[slot];
    if (before === key) return;
    if (before === undefined) this.#slots++;
    else this.#leave(before);
    if (slot >= this.#kindOf.length) {
      const larger = new Int32Array(Math.max(slot + 1, this.#kindOf.length * 2));
      larger.set(this.#kindOf);
      this.#kindOf = larger;
    }
    this.#keys[slot] = key;
    this.#kindOf[slot] = this.#join(key);
  }

  #join(key: string): number {
    const known = this.#kinds.get(key);
    if (known !== undefined) {
      known.slots++;
      return known.kind;
    }
    const kind = this.#free.pop() ?? this.#kinds.size;
    this.#kinds.set(key, { kind, slots: 1 });
    return kind;
  }

  #leave(key: string): void {
    const known = this.#kinds.get(key);
    if (known === undefined || --known.slots > 0) return;
    this.#kinds.delete(key);
    this.#free.push(known.kind);
  }
}
