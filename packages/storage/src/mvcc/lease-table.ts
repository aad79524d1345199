import type { LeaseId } from "../revision-store.ts";

/** A lease that lives: when it ends (wall clock) and which keys go with it. */
export interface Lease {
  readonly id: LeaseId;
  readonly expiresAtMs: number;
  readonly keys: Set<string>;
}

/** The leases of a store. Durable state only. */
export class LeaseTable {
  readonly #leases = new Map<LeaseId, Lease>();
  #newest: LeaseId = 0n;

  get(id: LeaseId): Lease | undefined {
    return this.#leases.get(id);
  }

  all(): Iterable<Lease> {
    return this.#leases.values();
  }

  add(id: LeaseId, expiresAtMs: number): void {
    this.#leases.set(id, { id, expiresAtMs, keys: new Set() });
    if (id > this.#newest) this.#newest = id;
  }

  remove(id: LeaseId): void {
    this.#leases.delete(id);
  }

  attach(id: LeaseId, key: string): void {
    this.#leases.get(id)?.keys.add(key);
  }

  detach(id: LeaseId, key: string): void {
    this.#leases.get(id)?.keys.delete(key);
  }

  /** The one that ends first. */
  earliest(): Lease | undefined {
    let best: Lease | undefined;
    for (const lease of this.#leases.values()) {
      if (best === undefined || lease.expiresAtMs < best.expiresAtMs) best = lease;
    }
    return best;
  }

  /** An id that no lease had before, given that the clock does not stand still over restarts. */
  nextId(nowMs: number): LeaseId {
    const fromClock = BigInt(Math.max(0, Math.floor(nowMs))) << 16n;
    this.#newest = fromClock > this.#newest ? fromClock : this.#newest + 1n;
    return this.#newest;
  }
}

/** Eight bytes, big endian. */
export function encodeLeaseTime(expiresAtMs: number): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setFloat64(0, expiresAtMs);
  return out;
}

/** The opposite of `encodeLeaseTime`. */
export function decodeLeaseTime(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(0);
}
