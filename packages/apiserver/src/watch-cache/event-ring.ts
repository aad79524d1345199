import type { Revision } from "@skates/apimachinery";
import type { CacheEvent } from "./cache-event.ts";

export interface RingLimits {
  readonly events: number;
  /** Of the objects in the events; a handful of events stays whatever they weigh. */
  readonly bytes: number;
}

const EVENTS_MIN = 64;
/** Watchers that keep up have taken an event by the time that so many others have followed. */
const WARM_EVENTS = 64;

/** The recent events of one resource, so that a watch can go on where an earlier one ended. */
export class EventRing {
  readonly #limits: RingLimits;
  #events: CacheEvent[] = [];
  #first = 0;
  #bytes = 0;
  /** Every event later than this is here. */
  #since: Revision;

  constructor(limits: RingLimits, since: Revision) {
    this.#limits = limits;
    this.#since = since;
  }

  push(event: CacheEvent): void {
    this.#events.push(event);
    this.#bytes += event.sizeBytes;
    this.#events[this.#events.length - 1 - WARM_EVENTS]?.cool();
    while (this.#full()) this.#drop();
    // Dropped events are let go in bulk.
    if (this.#first < Math.max(EVENTS_MIN, this.size)) return;
    this.#events = this.#events.slice(this.#first);
    this.#first = 0;
  }

  get since(): Revision {
    return this.#since;
  }

  get size(): number {
    return this.#events.length - this.#first;
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

  #full(): boolean {
    if (this.size > this.#limits.events) return true;
    return this.#bytes > this.#limits.bytes && this.size > EVENTS_MIN;
  }

  #drop(): void {
    const event = this.#events[this.#first++];
    if (event === undefined) return;
    this.#since = event.revision;
    this.#bytes -= event.sizeBytes;
  }
}
