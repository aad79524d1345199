/** Doubling delays for one thing that keeps failing. */
export class RetryDelays {
  readonly #initialMs: number;
  readonly #maxMs: number;
  #nextMs: number;
  constructor(initialMs: number, maxMs: number) {
    this.#initialMs = initialMs;
    this.#maxMs = maxMs;
    this.#nextMs = initialMs;
  }

  next(): number {
    const delayMs = this.#nextMs;
    this.#nextMs = Math.min(delayMs * 2, this.#maxMs);
    return delayMs;
  }

  reset(): void {
    this.#nextMs = this.#initialMs;
  }
}
