import type { Event } from "@skates/api/core/v1";

/** An event that is to be sent: new (`count` 1), or one more of an earlier one. */
export interface Correlated {
  /** As it stands when it is sent: the name is that of the event that was sent first. */
  event(): Event;
  /** To be called with what the server made of it. */
  sent(event: Event): void;
}

export interface EventCorrelator {
  /** Undefined: one of too many, to be dropped. */
  correlate(event: Event, monotonicMs: number): Correlated | undefined;
}

/** Upstream's figures. */
const CACHE_MAX = 4096;
/** Of events that differ only in their message (or in the part of the object that is meant) the so manyth becomes one with all later ones. */
const SIMILAR_MAX = 10;
const SIMILAR_MS = 600_000;
/** One source may tell so many events of one type about one object at once, and one more after each pause. */
const BURST = 25;
const REFILL_MS = 300_000;

interface Similar {
  readonly messages: Set<string>;
  lastMs: number;
}
interface Bucket {
  tokens: number;
  lastMs: number;
}
interface Known {
  name: string;
  namespace: string | undefined;
  firstTimestamp: string | undefined;
  count: number;
}

/** Counts repeated events, merges similar ones and cuts floods. Forgets what was used longest ago. */
export function createEventCorrelator(): EventCorrelator {
  const similar = new RecentMap<Similar>(CACHE_MAX);
  const buckets = new RecentMap<Bucket>(CACHE_MAX);
  const known = new RecentMap<Known>(CACHE_MAX);

  function aggregated(event: Event, nowMs: number): { readonly event: Event; readonly id: string } {
    const group = idOf(event, false);
    let entry = similar.get(group);
    if (entry === undefined || nowMs - entry.lastMs > SIMILAR_MS) entry = { messages: new Set(), lastMs: nowMs };
    similar.set(group, entry);
    entry.lastMs = nowMs;
    const message = event.message ?? "";
    if (entry.messages.size < SIMILAR_MAX - 1) entry.messages.add(message);
    if (entry.messages.has(message)) return { event, id: idOf(event, true) };
    return { event: { ...event, message: `(combined from similar events): ${message}` }, id: group };
  }

  function allowed(event: Event, nowMs: number): boolean {
    // Not by its version nor by the part of it that is meant: each write of a busy object would allow as many again.
    const { kind, namespace, name, uid, apiVersion } = event.involvedObject;
    const id = JSON.stringify([event.source, kind, namespace, name, uid, apiVersion, event.type]);
    const bucket = buckets.get(id) ?? { tokens: BURST, lastMs: nowMs };
    bucket.tokens = Math.min(BURST, bucket.tokens + (nowMs - bucket.lastMs) / REFILL_MS);
    bucket.lastMs = nowMs;
    buckets.set(id, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  return {
    correlate(incoming, nowMs) {
      const { event, id } = aggregated(incoming, nowMs);
      const { name, namespace } = event.metadata;
      const entry = known.get(id) ?? { name, namespace, firstTimestamp: event.firstTimestamp, count: 0 };
      entry.count++;
      known.set(id, entry);
      if (!allowed(event, nowMs)) return undefined;
      const count = entry.count;
      return {
        event: () => ({
          ...event,
          metadata: { ...event.metadata, name: entry.name, namespace: entry.namespace },
          firstTimestamp: entry.firstTimestamp,
          count,
        }),
        sent: (stored) => {
          entry.name = stored.metadata.name;
          entry.firstTimestamp = stored.firstTimestamp;
        },
      };
    },
  };
}

/** What makes two events the same; else what makes them similar. */
function idOf(event: Event, same: boolean): string {
  const { resourceVersion: _, fieldPath, ...object } = event.involvedObject;
  const own = same ? [fieldPath, event.message] : [];
  return JSON.stringify([event.source, object, event.type, event.reason, ...own]);
}

/** A map that forgets the entry that was set longest ago when it is full. */
class RecentMap<V> {
  readonly #entries = new Map<string, V>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }
  get(id: string): V | undefined {
    return this.#entries.get(id);
  }
  set(id: string, value: V): void {
    this.#entries.delete(id);
    this.#entries.set(id, value);
    if (this.#entries.size <= this.#limit) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
