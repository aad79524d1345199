/** What can drop what it can make again. */
export interface Forgetful {
  forget(): void;
  /** True if it was used since this was last asked. */
  spare(): boolean;
}

/** So many are looked at before one must go, used or not. */
const SPARED_MAX = 8;

/** The most JSON that goes by one place. */
const PLACE_BYTES = 16 * 1024;
/** One object takes this part of all places at most. */
const LARGEST_SHARE = 8;

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

  /** `bytes`: what the object takes as JSON. Large ones take the places of several. */
  hold(entry: Forgetful, bytes = 0): void {
    const places = Math.min(1 + Math.floor(bytes / PLACE_BYTES), Math.ceil(this.#slots.length / LARGEST_SHARE));
    for (let place = 0; place < places; place++) this.#place(entry);
  }

  #place(entry: Forgetful): void {
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
