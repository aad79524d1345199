export interface PartsOptions {
  /** A part was taken. */
  readonly used: () => void;
  /** Nobody will take another. */
  readonly left: () => void;
}

/** Parts in the order in which they came. For one reader; what has not been read is bounded by the sender's window. */
export class Parts<P> implements AsyncIterable<P> {
  readonly #options: PartsOptions;
  readonly #waiting: P[] = [];
  #ended = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(options: PartsOptions) {
    this.#options = options;
  }

  push(part: P): void {
    this.#waiting.push(part);
    this.#wake?.();
  }

  /** No more will come; with an error, reading rejects after what has come already. */
  end(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<P> {
    try {
      for (;;) {
        const part = this.#waiting.shift();
        if (part !== undefined) {
          this.#options.used();
          yield part;
        } else if (this.#ended) {
          if (this.#error !== undefined) throw this.#error;
          return;
        } else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.#options.left();
    }
  }
}
