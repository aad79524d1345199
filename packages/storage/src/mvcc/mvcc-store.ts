import { type Clock, must, TaskGroup } from "@skates/component-base";
import type { Engine } from "../engine.ts";
import { storeError } from "../errors.ts";
import { decodeRecord, decodeRevision, encodeRevision, type StoredRecord } from "../record.ts";
import type {
  Change,
  Commit,
  CommitBatch,
  CommitOptions,
  Entry,
  LeaseId,
  Page,
  RangeOptions,
  Revision,
  RevisionStore,
} from "../revision-store.ts";
import { KeyIndex, liveRevision } from "./key-index.ts";
import { endLeases } from "./lease-expiry.ts";
import { decodeLeaseTime, LeaseTable } from "./lease-table.ts";
import { RecentChanges } from "./recent-changes.ts";
import { writeSnapshot } from "./snapshot.ts";
import { compareBytes } from "./sorted-keys.ts";
import { type PlannedChange, WriteBatch } from "./write-batch.ts";
import { WriteQueue } from "./write-queue.ts";

export interface StoreOptions {
  readonly clock: Clock;
  /** Memory for recent changes, from which watchers are served; default 4 MiB. */
  readonly recentBytes?: number | undefined;
  /** The largest value taken; default 8 MiB. */
  readonly valueBytesMax?: number | undefined;
}

/** The name under which an engine keeps the compacted revision. */
export const COMPACTED = "compacted";
const RECENT_BYTES = 4 << 20;
const VALUE_BYTES_MAX = 8 << 20;
/** Records that are read between two turns of the loop. */
const SLICE = 256;
/** Records dropped in one transaction. */
const DROP_SLICE = 2000;

/** Opens the store whose bytes `engine` holds; reads and checks every record. Throws `Damaged` when a record fails its checks. */
export async function openStore(engine: Engine, options: StoreOptions): Promise<RevisionStore> {
  const store = new MvccStore(engine, options);
  await store.load();
  return store;
}

/**
 * Keys with revisions over an engine that knows only records. In memory: which key changed at which revision, and the last changes.
 * Values of living keys stay with the engine. The state here is what is durable; what is on its way is seen only by its own batch.
 */
export class MvccStore implements RevisionStore {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #valueBytesMax: number;
  readonly #index = new KeyIndex();
  readonly #leases = new LeaseTable();
  readonly #recent: RecentChanges;
  readonly #queue: WriteQueue;
  readonly #closing = new AbortController();
  readonly #tasks = new TaskGroup(this.#closing.signal);
  /** Called once after new commits, then forgotten. */
  #wakers = new Set<() => void>();
  #leasesChanged: () => void = () => undefined;
  readonly #snapshots = new Set<Promise<void>>();
  #compacting: Promise<void> = Promise.resolve();
  #head: Revision = 0;
  #compacted: Revision = 0;

  constructor(engine: Engine, options: StoreOptions) {
    this.#engine = engine;
    this.#clock = options.clock;
    this.#valueBytesMax = options.valueBytesMax ?? VALUE_BYTES_MAX;
    this.#recent = new RecentChanges(options.recentBytes ?? RECENT_BYTES);
    this.#queue = new WriteQueue({
      newBatch: () => new WriteBatch({ index: this.#index, leases: this.#leases, head: this.#head }),
      write: (batch) => engine.write(batch.toEngine()),
      written: () => this.#wake(),
    });
    this.#tasks.spawn((signal) => this.#endLeases(signal));
  }

  /** Fills the memory from what the engine holds. */
  async load(): Promise<void> {
    const compacted = this.#engine.meta(COMPACTED);
    this.#compacted = compacted === undefined ? 0 : decodeRevision(compacted);
    for (const { id, bytes } of this.#engine.leases()) this.#leases.add(id, decodeLeaseTime(bytes));
    let read = 0;
    for (const { revision, bytes } of this.#engine.scan(0, Number.MAX_SAFE_INTEGER)) {
      const record = decodeRecord(revision, bytes);
      this.#applyToIndex({ ...record, revision, deleted: record.payload === undefined });
      this.#head = revision;
      if (++read % SLICE === 0) await this.#engine.turn();
    }
    this.#head = Math.max(this.#head, this.#compacted);
    this.#leasesChanged();
  }

  async range(prefix: string, options: RangeOptions, signal: AbortSignal): Promise<Page> {
    signal.throwIfAborted();
    this.#assertOpen();
    const revision = options.revision ?? this.#head;
    this.#assertReadable(revision);
    const start = options.start !== undefined && compareBytes(options.start, prefix) > 0 ? options.start : prefix;
    const limit = options.countOnly === true ? 0 : (options.limit ?? Number.POSITIVE_INFINITY);
    const found = [];
    let count = 0;
    for (const at of this.#index.walk(prefix, start, revision)) if (count++ < limit) found.push(at);
    const entries: Entry[] = [];
    for (const { key, modified } of found) {
      if (entries.length > 0 && entries.length % SLICE === 0) {
        await this.#engine.turn();
        signal.throwIfAborted();
        this.#assertOpen();
        this.#assertReadable(revision);
      }
      entries.push(this.#entry(key, modified));
    }
    return { entries, revision, count, more: options.countOnly !== true && count > entries.length };
  }

  commit(
    key: string,
    expected: Revision,
    value: Uint8Array | undefined,
    options: CommitOptions,
    signal: AbortSignal,
  ): Promise<Commit> {
    const bytes = key.length + (value?.length ?? 0);
    if (bytes > this.#valueBytesMax) {
      const message = `the value of ${key} has ${bytes} bytes; at most ${this.#valueBytesMax} are stored`;
      return Promise.reject(storeError("ValueTooLarge", message));
    }
    return this.#enqueue<Commit>(signal, bytes, (batch, settle) => {
      const at = batch.state(key).modified;
      if (at !== expected || (value === undefined && at === 0)) {
        const refuse = (): void => settle({ ok: false, current: this.#current(key), revision: this.#head });
        if (batch.touches(key)) return refuse;
        refuse();
        return undefined;
      }
      const lease = options.lease ?? 0n;
      if (lease !== 0n && !batch.hasLease(lease)) throw storeError("LeaseNotFound", `lease ${lease} does not exist`);
      const change = value === undefined ? batch.delete(key) : batch.put(key, value, lease);
      return () => {
        this.#apply(change);
        settle({ ok: true, revision: change.revision });
      };
    });
  }

  async *watch(prefix: string, after: Revision, signal: AbortSignal): AsyncGenerator<CommitBatch, void, undefined> {
    if (after < this.#compacted) throw this.#compactedError(after);
    let at = after;
    while (!signal.aborted) {
      this.#assertOpen();
      if (at < this.#compacted)
        throw storeError("Lagging", `revision ${at + 1} was compacted before the watcher read it`);
      if (at >= this.#head) {
        await this.#newCommits(signal);
        continue;
      }
      const changes = this.#recent.since(at, SLICE) ?? this.#stored(at, Math.min(at + SLICE, this.#head));
      at = changes.at(-1)?.revision ?? Math.min(at + SLICE, this.#head);
      yield { changes: changes.filter((change) => change.key.startsWith(prefix)), revision: at };
    }
  }

  async head(signal: AbortSignal): Promise<Revision> {
    signal.throwIfAborted();
    this.#assertOpen();
    return this.#head;
  }

  grant(ttlSeconds: number, signal: AbortSignal): Promise<LeaseId> {
    return this.#enqueue<LeaseId>(signal, 0, (batch, settle) => {
      const nowMs = this.#clock.nowMs();
      const id = this.#leases.nextId(nowMs);
      const expiresAtMs = nowMs + ttlSeconds * 1000;
      batch.addLease(id, expiresAtMs);
      return () => {
        this.#leases.add(id, expiresAtMs);
        this.#leasesChanged();
        settle(id);
      };
    });
  }

  async compact(before: Revision, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#assertOpen();
    if (before > this.#head) throw this.#futureError(before);
    const run = this.#compacting.then(() => this.#compact(before));
    this.#compacting = run.catch(() => undefined);
    await run;
  }

  compacted(): Revision {
    return this.#compacted;
  }

  async *snapshot(signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    await this.#compacting;
    signal.throwIfAborted();
    this.#assertOpen();
    let finish = (): void => undefined;
    const running = new Promise<void>((resolve) => {
      finish = resolve;
    });
    this.#snapshots.add(running);
    try {
      const leases = [...this.#leases.all()];
      for await (const chunk of writeSnapshot({
        engine: this.#engine,
        head: this.#head,
        compacted: this.#compacted,
        leases,
      })) {
        signal.throwIfAborted();
        this.#assertOpen();
        yield chunk;
      }
    } finally {
      this.#snapshots.delete(running);
      finish();
    }
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(storeError("Closed", "the store is closed"));
    this.#wake();
    await this.#tasks.join();
    await this.#queue.close();
    await this.#engine.close();
  }

  /** Runs `prepare` when its turn in the queue comes; an abort counts until then. */
  #enqueue<T>(
    signal: AbortSignal,
    bytes: number,
    prepare: (batch: WriteBatch, settle: (value: T) => void) => (() => void) | undefined,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      this.#queue.add({
        bytes,
        prepare: (batch) => {
          try {
            signal.throwIfAborted();
            return prepare(batch, resolve);
          } catch (thrown) {
            reject(thrown);
            return undefined;
          }
        },
        fail: reject,
      });
    });
  }

  /** Takes a durable change into memory. */
  #apply(change: PlannedChange): void {
    const { key, value, revision } = change;
    const previous = change.previous === 0 ? undefined : this.#current(key);
    this.#applyToIndex({ ...change, deleted: value === undefined });
    this.#head = revision;
    this.#recent.push({ key, value, previous, revision });
  }

  #applyToIndex(change: {
    readonly key: string;
    readonly revision: Revision;
    readonly deleted: boolean;
    readonly created: Revision;
    readonly lease: LeaseId;
  }): void {
    const old = this.#index.get(change.key);
    if (old !== undefined && old.lease !== 0n) this.#leases.detach(old.lease, change.key);
    this.#index.apply(change);
    if (change.lease !== 0n) this.#leases.attach(change.lease, change.key);
  }

  /** The key as it stands now. */
  #current(key: string): Entry | undefined {
    const history = this.#index.get(key);
    const modified = liveRevision(history);
    if (history === undefined || modified === 0) return undefined;
    const recent = this.#recent.get(modified);
    if (recent?.value !== undefined) return { key, value: recent.value, modified, created: history.created };
    return this.#entry(key, modified);
  }

  #entry(key: string, modified: Revision): Entry {
    const record = this.#read(modified);
    const value = must(record.payload, `the value of ${key} at revision ${modified}`);
    return { key, value, modified, created: record.created };
  }

  #read(revision: Revision): StoredRecord {
    const bytes = this.#engine.read(revision);
    if (bytes === undefined)
      throw storeError("Damaged", `the store is damaged: the record of revision ${revision} is missing`);
    return decodeRecord(revision, bytes);
  }

  /** Changes that are no longer among the recent ones, from the engine. */
  #stored(after: Revision, to: Revision): Change[] {
    const changes: Change[] = [];
    for (const { revision, bytes } of this.#engine.scan(after, to)) {
      const { key, payload, previous } = decodeRecord(revision, bytes);
      changes.push({
        key,
        value: payload,
        previous: previous === 0 ? undefined : this.#entry(key, previous),
        revision,
      });
    }
    return changes;
  }

  #newCommits(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener("abort", done);
        this.#wakers.delete(done);
        resolve();
      };
      this.#wakers.add(done);
      signal.addEventListener("abort", done, { once: true });
    });
  }

  #wake(): void {
    const wakers = this.#wakers;
    this.#wakers = new Set();
    for (const wake of wakers) wake();
  }

  async #compact(before: Revision): Promise<void> {
    while (this.#snapshots.size > 0) await Promise.all(this.#snapshots);
    if (before <= this.#compacted) return;
    this.#compacted = before;
    const dropped = this.#index.trim(before);
    // Nothing lost its history: then there is nothing to write either. A restart just knows more of the past.
    for (let i = 0; i < dropped.length; i += DROP_SLICE) {
      await this.#enqueue<void>(this.#closing.signal, 0, (batch, settle) => {
        if (i === 0) batch.setMeta(COMPACTED, encodeRevision(before));
        batch.drop(dropped.slice(i, i + DROP_SLICE));
        return () => settle(undefined);
      });
      await this.#engine.turn();
    }
  }

  #endLeases(signal: AbortSignal): Promise<void> {
    return endLeases({
      clock: this.#clock,
      leases: this.#leases,
      onChange: (listener) => {
        this.#leasesChanged = listener;
      },
      end: (id) =>
        this.#enqueue<void>(signal, 0, (batch, settle) => {
          const changes = batch.endLease(id);
          return () => {
            for (const change of changes) this.#apply(change);
            this.#leases.remove(id);
            settle(undefined);
          };
        }),
      signal,
    });
  }

  #assertOpen(): void {
    this.#closing.signal.throwIfAborted();
  }

  #assertReadable(revision: Revision): void {
    if (revision < this.#compacted) throw this.#compactedError(revision);
    if (revision > this.#head) throw this.#futureError(revision);
  }

  #compactedError(revision: Revision): Error {
    return storeError("Compacted", `revision ${revision} has been compacted; the oldest kept is ${this.#compacted}`);
  }

  #futureError(revision: Revision): Error {
    return storeError("FutureRevision", `revision ${revision} has not happened yet; the newest is ${this.#head}`);
  }
}
