import type { Clock } from "./clock.ts";

export interface AnswerCacheOptions {
  readonly clock: Clock;
  /** Answers that are kept at most; the oldest goes. */
  readonly entriesMax: number;
}

/** Remembers answers that were slow to get, each for a time of its own. */
export class AnswerCache<T> {
  readonly #options: AnswerCacheOptions;
  readonly #known = new Map<string, { readonly answer: T; readonly untilMs: number }>();

  constructor(options: AnswerCacheOptions) {
    this.#options = options;
  }

  /** Undefined: nothing is remembered, or no longer. */
  find(question: string): { readonly answer: T } | undefined {
    const known = this.#known.get(question);
    return known !== undefined && this.#options.clock.monotonicMs() < known.untilMs ? known : undefined;
  }

  /** What is to be remembered for no time at all takes no place either. */
  keep(question: string, answer: T, ms: number): void {
    if (ms <= 0) return;
    this.#known.delete(question);
    const [oldest] = this.#known.keys();
    if (this.#known.size >= this.#options.entriesMax && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(question, { answer, untilMs: this.#options.clock.monotonicMs() + ms });
  }
}
