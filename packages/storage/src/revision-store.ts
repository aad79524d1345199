/** A point in the store's history: strictly growing, one per commit. 0 is before the first. */
export type Revision = number;
export type LeaseId = bigint;

export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
  /** Revision of the last change of this key. */
  readonly modified: Revision;
  readonly created: Revision;
}

export interface RangeOptions {
  /** First key (inclusive) in byte order, at or after the prefix; default: the prefix. */
  readonly start?: string | undefined;
  /** At most so many entries; absent: all. */
  readonly limit?: number | undefined;
  /** Read as of this revision; absent: the newest, linearizable. */
  readonly revision?: Revision | undefined;
  /** Only count. */
  readonly countOnly?: boolean | undefined;
}

export interface Page {
  readonly entries: readonly Entry[];
  /** The revision that was read. */
  readonly revision: Revision;
  /** Entries from `start` on under the prefix, those returned included. */
  readonly count: number;
  readonly more: boolean;
}

export interface CommitOptions {
  /** The key vanishes when the lease ends. */
  readonly lease?: LeaseId | undefined;
}

export type Commit =
  | { readonly ok: true; readonly revision: Revision }
  /** Not written: the key stands at another revision. `current` is absent if there is no such key. */
  | { readonly ok: false; readonly current: Entry | undefined; readonly revision: Revision };

export interface Change {
  readonly key: string;
  /** Absent: deleted. */
  readonly value: Uint8Array | undefined;
  /** What was there before; absent: created. */
  readonly previous: Entry | undefined;
  readonly revision: Revision;
}

/** All changes of one or more whole revisions, in order. Empty: progress only. */
export interface CommitBatch {
  readonly changes: readonly Change[];
  /** Everything up to here has been delivered. */
  readonly revision: Revision;
}

/**
 * Keys, bytes and revisions with etcd's meaning; knows no Kubernetes type. Encryption is a layer of its own (`transformed-store.ts`).
 * Byte arrays that were handed in or out are shared and must not be changed. Failures carry a code of `errors.ts`; after
 * `close` every call rejects with `Closed`.
 */
export interface RevisionStore {
  /**
   * Entries from `start` under `prefix` at one revision, in byte order, with that revision and the count. Throws `Compacted`, also when
   * compaction overtakes a long read, and `FutureRevision`.
   */
  range(prefix: string, options: RangeOptions, signal: AbortSignal): Promise<Page>;
  /**
   * Writes if the key is still at `expected` (0: absent; value undefined: delete, which never succeeds on an absent key); else returns
   * what is there. Durable when it resolves. Rejects with `OutcomeUnknown` when it may have happened; such a write is never retried
   * blindly. With `DiskFull`, `WriteFailed`, `Busy`, `ValueTooLarge`, `LeaseNotFound`, `Unavailable`, `Refused` and when `signal`
   * aborts nothing was written; an abort counts until the write has set out for the disk or the server. A commit without a lease frees the key from the one it had.
   */
  commit(
    key: string,
    expected: Revision,
    value: Uint8Array | undefined,
    options: CommitOptions,
    signal: AbortSignal,
  ): Promise<Commit>;
  /**
   * Every commit later than `after`, each with its previous value, in order, without gaps, grouped by revision; an empty batch is
   * progress, which comes at the latest once `head` has answered. Only durable commits are seen. `after` may lie in the future. Throws `Compacted` if history up to `after` is no longer
   * kept, `Lagging` if that happens before the reader got so far: our own drivers have no buffer per reader, slow ones read from disk.
   * Outlives lost connections. Ends without error when `signal` aborts.
   */
  watch(prefix: string, after: Revision, signal: AbortSignal): AsyncIterable<CommitBatch>;
  /** The newest revision, linearizable. */
  head(signal: AbortSignal): Promise<Revision>;
  /** Keys under the lease vanish by visible deletes when it ends, by the wall clock; a restart never ends it, but etcd's may lengthen it. */
  grant(ttlSeconds: number, signal: AbortSignal): Promise<LeaseId>;
  /** Forgets what reads at `before` and later do not need. Nothing happens if that is the past already; `FutureRevision` if not yet. */
  compact(before: Revision, signal: AbortSignal): Promise<void>;
  /** The oldest revision that can be read. */
  compacted(): Revision;
  /** A consistent copy of everything while writing goes on; compaction waits for it. */
  snapshot(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Ends watches and waiting writes with `Closed`; may be called twice. */
  close(): Promise<void>;
}
