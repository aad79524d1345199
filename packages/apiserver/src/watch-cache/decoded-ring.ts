/** What can drop what it can make again. */
export interface Forgetful {
  forget(): void;
  /** True if it was used since this was last asked. */
  spare(): boolean;
}

/** So many are looked at before one must go, used or not. */
const SPARED_MAX = 8;

/**
 * Bounds how many objects stay decoded for their own sake: an old one forgets when a new one comes. Those that were used since their
 * last turn are passed over, so that a stream of writes that nobody reads does not drive out what everybody reads.
 */
export class DecodedRing {
  readonly #slots: (Forgetful | undefined)[];
  #next = 0;

  constructor(capacity: number) {
    this.#slots = Array.from({ length: capacity }, () => undefined);
  }

  hold(entry: Forgetful): void {
    for (let spared = 0; spared < SPARED_MAX && this.#slots[this.#next]?.spare() === true; spared++) this.#advance();
    const old = this.#slots[this.#next];
    this.#slots[this.#next] = entry;
    this.#advance();
    if (old !== undefined && old !== entry) old.forget();
  }

  #advance(): void {
    this.#next = (this.#next + 1) % this.#slots.length;
  }
}
