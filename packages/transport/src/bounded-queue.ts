import { must } from "@skates/component-base";

export interface BoundedQueueOptions<T> {
  /** Above this the producer should wait for `room`. */
  readonly limit: number;
  /** What an item counts. Default 1. */
  readonly weigh?: ((item: T) => number) | undefined;
}

/**
 * Hands items from a producer that is called to one consumer that iterates. The producer is told when the queue is full; what it
 * pushes nevertheless is kept. When the consumer leaves its loop, the rest and all that follows is dropped.
 */
export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly #limit: number;
  readonly #weigh: (item: T) => number;
  readonly #items: T[] = [];
  #weight = 0;
  #ended = false;
  #abandoned = false;
  #failure: { readonly error: unknown } | undefined;
  #waiting: (() => void) | undefined;
  #room: (() => void)[] = [];

  constructor(options: BoundedQueueOptions<T>) {
    this.#limit = options.limit;
    this.#weigh = options.weigh ?? (() => 1);
  }

  /** False if the queue is now full. After the end items are dropped. */
  push(item: T): boolean {
    if (this.#ended || this.#abandoned) return true;
    this.#items.push(item);
    this.#weight += this.#weigh(item);
    this.#wake();
    return this.#weight < this.#limit;
  }

  /** The consumer gets what is there, then its loop ends. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#wake();
    this.#giveRoom();
  }

  /** The consumer gets what is there, then its loop throws. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#failure = { error };
    this.end();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves once the queue is less than half full, has ended or was left by its consumer. */
  room(): Promise<void> {
    if (this.#weight < this.#limit / 2 || this.#ended || this.#abandoned) return Promise.resolve();
    return new Promise((resolve) => this.#room.push(resolve));
  }

  get full(): boolean {
    return this.#weight >= this.#limit && !this.#abandoned;
  }

  [Symbol.asyncIterator](): AsyncIterator<T, void> {
    return {
      next: () => this.#next(),
      return: () => {
        this.#abandoned = true;
        this.#items.length = 0;
        this.#weight = 0;
        this.#giveRoom();
        this.#wake();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  async #next(): Promise<IteratorResult<T, void>> {
    while (this.#items.length === 0) {
      if (this.#failure !== undefined && !this.#abandoned) throw this.#failure.error;
      if (this.#ended || this.#abandoned) return { done: true, value: undefined };
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
    const value = must(this.#items.shift(), "the item that was counted");
    this.#weight -= this.#weigh(value);
    if (this.#weight < this.#limit / 2) this.#giveRoom();
    return { done: false, value };
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
  }

  #giveRoom(): void {
    const all = this.#room;
    this.#room = [];
    for (const resolve of all) resolve();
  }
}
