import type { Resource, Revision } from "@skates/apimachinery";
import type { CacheEvent, SharedEvent } from "./cache-event.ts";
import { type Selection, selects } from "./selection.ts";

/** What a cache knows of a watch. */
export interface Subscriber {
  readonly selection: Selection;
  /** Takes an event of the resource, or leaves it. */
  deliver(event: CacheEvent): void;
  end(): void;
}

export interface WatcherOptions<E> {
  readonly selection: Selection;
  /** What an event is to this watch; undefined: nothing. */
  readonly translate: (event: CacheEvent) => E | undefined;
  /** Earlier events and this one are not wanted. */
  readonly after: Revision;
  /** Events that may wait; one more ends the watch. */
  readonly limit: number;
  /** Asks for `wake` to be called soon: the fan-out is sliced. */
  readonly wakeSoon: (watcher: Watcher<E>) => void;
  /** Called once, when the watch has ended for whatever reason. */
  readonly onEnd: (watcher: Watcher<E>, tooSlow: boolean) => void;
}

const BATCH_LIMIT = 256;
type Result<E> = IteratorResult<readonly E[], undefined>;

/** One watch: takes what its selection wants, buffers it, and ends rather than fall behind. */
export class Watcher<E> implements AsyncIterableIterator<readonly E[]>, Subscriber {
  readonly selection: Selection;
  readonly #options: WatcherOptions<E>;
  #buffer: E[] = [];
  #waiting: ((result: Result<E>) => void) | undefined;
  #ended = false;

  constructor(options: WatcherOptions<E>) {
    this.#options = options;
    this.selection = options.selection;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result<E>> {
    if (this.#buffer.length > 0) return Promise.resolve({ done: false, value: this.#take() });
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  return(): Promise<Result<E>> {
    this.#buffer = [];
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  deliver(event: CacheEvent): void {
    if (this.#ended || event.revision <= this.#options.after) return;
    const taken = this.#options.translate(event);
    if (taken !== undefined) this.push(taken);
  }

  /** Puts an event at the end as it is. */
  push(event: E): void {
    if (this.#ended) return;
    if (this.#buffer.length >= this.#options.limit) return this.#cut();
    this.#buffer.push(event);
    if (this.#waiting !== undefined) this.#options.wakeSoon(this);
  }

  /** Puts what exists before all that has been delivered since; not subject to the limit. */
  preload(events: readonly E[]): void {
    if (this.#ended) return;
    this.#buffer = [...events, ...this.#buffer];
    this.wake();
  }

  /** Hands what has gathered to the reader. */
  wake(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    if (this.#buffer.length > 0) {
      this.#waiting = undefined;
      waiting({ done: false, value: this.#take() });
    } else if (this.#ended) {
      this.#waiting = undefined;
      waiting({ done: true, value: undefined });
    }
  }

  /** What has gathered is still read; then the watch is over. */
  end(): void {
    this.#end(false);
  }

  get ended(): boolean {
    return this.#ended;
  }

  #cut(): void {
    this.#buffer = [];
    this.#end(true);
  }

  #end(tooSlow: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.onEnd(this, tooSlow);
    this.wake();
  }

  #take(): readonly E[] {
    const buffer = this.#buffer;
    if (buffer.length <= BATCH_LIMIT) {
      this.#buffer = [];
      return buffer;
    }
    this.#buffer = buffer.slice(BATCH_LIMIT);
    return buffer.slice(0, BATCH_LIMIT);
  }
}

/** What a change is to those who see only a selection: entering it is ADDED, leaving it DELETED. */
export function translate(event: CacheEvent, selection: Selection, resource: Resource): SharedEvent | undefined {
  const { current, previous } = event;
  const now = current !== undefined && selects(selection, current.view(resource));
  const before = previous !== undefined && selects(selection, previous.view(resource));
  if (now) return event.encoded(before ? "MODIFIED" : "ADDED", resource);
  return before ? event.encoded("DELETED", resource) : undefined;
}
