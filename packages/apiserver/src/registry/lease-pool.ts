import type { Clock } from "@skates/component-base";
import type { LeaseId, RevisionStore } from "@skates/storage";

/** A lease is shared by what is written within this part of its time, and by at most so many keys. */
const SHARED_PART = 0.05;
const SHARED_MS_MAX = 60_000;
const KEYS_MAX = 1000;

interface Shared {
  readonly lease: Promise<LeaseId>;
  readonly untilMs: number;
  keys: number;
}

/** Leases for objects with a time to live, shared by those written at about the same time. */
export class LeasePool {
  readonly #store: RevisionStore;
  readonly #clock: Clock;
  readonly #shared = new Map<number, Shared>();

  constructor(store: RevisionStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** A lease that ends no sooner than after `ttlSeconds`. */
  async lease(ttlSeconds: number, signal: AbortSignal): Promise<LeaseId> {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#shared.get(ttlSeconds);
    if (known !== undefined && nowMs < known.untilMs && known.keys < KEYS_MAX) {
      known.keys++;
      return known.lease;
    }
    const sharedMs = Math.min(ttlSeconds * 1000 * SHARED_PART, SHARED_MS_MAX);
    const lease = this.#store.grant(Math.ceil(ttlSeconds + sharedMs / 1000), signal);
    const made: Shared = { lease, untilMs: nowMs + sharedMs, keys: 1 };
    this.#shared.set(ttlSeconds, made);
    try {
      return await lease;
    } catch (error) {
      if (this.#shared.get(ttlSeconds) === made) this.#shared.delete(ttlSeconds);
      throw error;
    }
  }
}
