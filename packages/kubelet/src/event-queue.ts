/** Hands values from where they arise to one reader, in order. When more than `limit` wait, the reader is ended with an error. */
export class EventQueue<T> implements AsyncIterable<T> {
  readonly #limit: number;
  readonly #waiting: T[] = [];
  #wake: (() => void) | undefined;
  #ended: Error | "end" | undefined;
  constructor(limit: number) {
    this.#limit = limit;
  }

  push(value: T): void {
    if (this.#ended !== undefined) return;
    if (this.#waiting.length >= this.#limit) this.#ended = new Error(`reader is too slow: ${this.#limit} events wait`);
    else this.#waiting.push(value);
    this.#wake?.();
  }

  end(error?: Error): void {
    this.#ended ??= error ?? "end";
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (;;) {
      for (let value = this.#waiting.shift(); value !== undefined; value = this.#waiting.shift()) yield value;
      if (this.#ended === "end") return;
      if (this.#ended !== undefined) throw this.#ended;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
