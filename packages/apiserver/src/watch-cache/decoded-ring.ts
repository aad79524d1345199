/** What can drop what it can make again. */
export interface Forgetful {
  forget(): void;
}

/** Bounds how many objects stay decoded for their own sake: the oldest forgets when a new one comes. */
export class DecodedRing {
  readonly #slots: (Forgetful | undefined)[];
  #next = 0;

  constructor(capacity: number) {
    this.#slots = Array.from({ length: capacity }, () => undefined);
  }

  hold(entry: Forgetful): void {
    const old = this.#slots[this.#next];
    this.#slots[this.#next] = entry;
    this.#next = (this.#next + 1) % this.#slots.length;
    if (old !== undefined && old !== entry) old.forget();
  }
}
