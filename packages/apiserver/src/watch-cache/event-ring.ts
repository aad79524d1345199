import type { Revision } from "@skates/apimachinery";
import type { CacheEvent } from "./cache-event.ts";

/** The recent events of one resource, so that a watch can go on where an earlier one ended. */
export class EventRing {
  readonly #capacity: number;
  #events: CacheEvent[] = [];
  #first = 0;
  /** Every event later than this is here. */
  #since: Revision;

  constructor(capacity: number, since: Revision) {
    this.#capacity = capacity;
    this.#since = since;
  }

  push(event: CacheEvent): void {
    this.#events.push(event);
    if (this.#events.length - this.#first <= this.#capacity) return;
    this.#since = this.#events[this.#first]?.revision ?? this.#since;
    this.#first++;
    if (this.#first < this.#capacity) return;
    this.#events = this.#events.slice(this.#first);
    this.#first = 0;
  }

  get since(): Revision {
    return this.#since;
  }

  /** All events later than `revision`; undefined when some of them are gone. */
  after(revision: Revision): readonly CacheEvent[] | undefined {
    if (revision < this.#since) return undefined;
    let low = this.#first;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#events.slice(low);
  }
}
