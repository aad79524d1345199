/** Slots that take part, of which the least is always known: each pair plays, and the winners play on. */
export class LeastFirst<T> {
  readonly #isLess: (a: T, b: T) => boolean;
  #entries: (T | undefined)[] = [];
  /** The winner of the whole at 1, that of the pair below `i` at `i`; the leaves are in the second half. */
  #winners = new Int32Array(2).fill(-1);
  #size = 0;

  constructor(isLess: (a: T, b: T) => boolean) {
    this.#isLess = isLess;
  }

  /** How many take part. */
  get size(): number {
    return this.#size;
  }

  /** The least; the one with the lowest slot among equals. */
  get least(): T | undefined {
    return this.#entries[this.#winners[1] ?? -1];
  }

  *all(): Iterable<T> {
    for (const entry of this.#entries) if (entry !== undefined) yield entry;
  }

  /** Undefined: the slot no longer takes part. */
  set(slot: number, entry: T | undefined): void {
    const before = this.#entries[slot];
    if (before === undefined && entry === undefined) return;
    this.#size += (entry === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
    this.#entries[slot] = entry;
    if (slot >= this.#winners.length / 2) return this.#grow(slot + 1);
    this.#play(slot);
  }

  #play(slot: number): void {
    const winners = this.#winners;
    let at = winners.length / 2 + slot;
    winners[at] = this.#entries[slot] === undefined ? -1 : slot;
    for (at >>= 1; at >= 1; at >>= 1) {
      winners[at] = this.#better(winners[2 * at] ?? -1, winners[2 * at + 1] ?? -1);
    }
  }

  #better(left: number, right: number): number {
    const a = this.#entries[left];
    const b = this.#entries[right];
    if (a === undefined || b === undefined) return a === undefined ? right : left;
    return this.#isLess(b, a) ? right : left;
  }

  #grow(slots: number): void {
    let leaves = this.#winners.length / 2;
    while (leaves < slots) leaves *= 2;
    this.#winners = new Int32Array(2 * leaves).fill(-1);
    for (let slot = 0; slot < this.#entries.length; slot++) if (this.#entries[slot] !== undefined) this.#play(slot);
  }
}
