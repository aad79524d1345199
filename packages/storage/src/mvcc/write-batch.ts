import type { EngineBatch, EngineLease, EngineMeta, EngineRecord } from "../engine.ts";
import { encodeRecord } from "../record.ts";
import type { LeaseId, Revision } from "../revision-store.ts";
import { type KeyHistory, type KeyIndex, liveRevision } from "./key-index.ts";
import { encodeLeaseTime, type LeaseTable } from "./lease-table.ts";

/** A key as it will stand once this batch is durable; `modified` 0: it does not exist. */
export interface KeyState {
  readonly modified: Revision;
  readonly created: Revision;
  readonly lease: LeaseId;
}

/** A change that the batch will make. */
export interface PlannedChange {
  readonly key: string;
  readonly value: Uint8Array | undefined;
  readonly revision: Revision;
  readonly created: Revision;
  readonly previous: Revision;
  readonly lease: LeaseId;
}

/** What the batch is planned against. */
export interface BatchBase {
  readonly index: KeyIndex;
  readonly leases: LeaseTable;
  readonly head: Revision;
}

const ABSENT: KeyState = { modified: 0, created: 0, lease: 0n };

/** Gathers writes that become durable together. What earlier ones of the batch did is seen by later ones; the store sees it afterwards. */
export class WriteBatch {
  readonly #base: BatchBase;
  readonly #states = new Map<string, KeyState>();
  readonly #records: EngineRecord[] = [];
  readonly #leases: EngineLease[] = [];
  readonly #dropLeases: LeaseId[] = [];
  readonly #dropRecords: Revision[] = [];
  readonly #meta: EngineMeta[] = [];
  #revision: Revision;
  #bytes = 0;

  constructor(base: BatchBase) {
    this.#base = base;
    this.#revision = base.head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  state(key: string): KeyState {
    return this.#states.get(key) ?? stateOf(this.#base.index.get(key));
  }

  /** Whether the key's state depends on this batch. */
  touches(key: string): boolean {
    return this.#states.has(key);
  }

  /** Whether a key may be bound to the lease. */
  hasLease(id: LeaseId): boolean {
    return this.#base.leases.get(id) !== undefined && !this.#dropLeases.includes(id);
  }

  put(key: string, value: Uint8Array, lease: LeaseId): PlannedChange {
    const before = this.state(key);
    const revision = ++this.#revision;
    const created = before.modified === 0 ? revision : before.created;
    const change = { key, value, revision, created, previous: before.modified, lease };
    return this.#record(change, value);
  }

  delete(key: string): PlannedChange {
    const previous = this.state(key).modified;
    const revision = ++this.#revision;
    return this.#record({ key, value: undefined, revision, created: 0, previous, lease: 0n }, undefined);
  }

  addLease(id: LeaseId, expiresAtMs: number): void {
    this.#leases.push({ id, bytes: encodeLeaseTime(expiresAtMs) });
  }

  /** Ends a lease and deletes all that is bound to it. */
  endLease(id: LeaseId): PlannedChange[] {
    const keys = new Set(this.#base.leases.get(id)?.keys);
    for (const [key, state] of this.#states) if (state.lease === id) keys.add(key);
    this.#dropLeases.push(id);
    return [...keys].filter((key) => this.state(key).lease === id).map((key) => this.delete(key));
  }

  drop(revisions: readonly Revision[]): void {
    for (const revision of revisions) this.#dropRecords.push(revision);
  }

  setMeta(name: string, bytes: Uint8Array): void {
    this.#meta.push({ name, bytes });
  }

  isEmpty(): boolean {
    return (
      this.#records.length === 0 &&
      this.#leases.length === 0 &&
      this.#dropLeases.length === 0 &&
      this.#dropRecords.length === 0 &&
      this.#meta.length === 0
    );
  }

  toEngine(): EngineBatch {
    return {
      records: this.#records,
      dropRecords: this.#dropRecords,
      leases: this.#leases,
      dropLeases: this.#dropLeases,
      meta: this.#meta,
    };
  }

  #record(change: PlannedChange, payload: Uint8Array | undefined): PlannedChange {
    const { key, revision, created, previous, lease } = change;
    const bytes = encodeRecord(revision, { key, payload, created, previous, lease });
    this.#records.push({ revision, bytes });
    this.#bytes += bytes.length;
    this.#states.set(key, change.value === undefined ? ABSENT : { modified: revision, created, lease });
    return change;
  }
}

function stateOf(history: KeyHistory | undefined): KeyState {
  const modified = liveRevision(history);
  return history === undefined || modified === 0
    ? ABSENT
    : { modified, created: history.created, lease: history.lease };
}
