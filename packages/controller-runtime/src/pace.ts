/** Plans of one key that may report at once, … */
const BURST = 20;
/** … and how far apart they come once these are used up. */
const PERIOD_MS = 100;
/** Keys that are remembered before those are looked for that have rested long enough to be forgotten. */
const KEYS_MIN = 256;

/**
 * Lets the first reports about a key through at once and then one in a while: so what happens to one object is told at once, and what
 * happens to a thousand in a few writes.
 */
export class Pace {
  /** When all of a key's burst is there again. */
  readonly #fullAtMs = new Map<string, number>();
  #sweepAt = KEYS_MIN;

  /** How long the key has to wait; 0: it may go on, and that counts. Times are monotonic. */
  waitMs(id: string, nowMs: number): number {
    const fullAtMs = Math.max(this.#fullAtMs.get(id) ?? nowMs, nowMs);
    const waitMs = fullAtMs - nowMs - (BURST - 1) * PERIOD_MS;
    if (waitMs > 0) return waitMs;
    this.#fullAtMs.set(id, fullAtMs + PERIOD_MS);
    if (this.#fullAtMs.size > this.#sweepAt) this.#sweep(nowMs);
    return 0;
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#fullAtMs.size;
  }

  #sweep(nowMs: number): void {
    for (const [id, fullAtMs] of this.#fullAtMs) if (fullAtMs <= nowMs) this.#fullAtMs.delete(id);
    this.#sweepAt = Math.max(2 * this.#fullAtMs.size, KEYS_MIN);
  }
}
