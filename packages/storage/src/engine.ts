import type { LeaseId, Revision } from "./revision-store.ts";

/** What goes to disk together or not at all. */
export interface EngineBatch {
  readonly records: readonly EngineRecord[];
  readonly dropRecords?: readonly Revision[] | undefined;
  readonly leases?: readonly EngineLease[] | undefined;
  readonly dropLeases?: readonly LeaseId[] | undefined;
  readonly meta?: readonly EngineMeta[] | undefined;
}
export interface EngineRecord {
  readonly revision: Revision;
  readonly bytes: Uint8Array;
}
export interface EngineLease {
  readonly id: LeaseId;
  readonly bytes: Uint8Array;
}
export interface EngineMeta {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Where bytes rest: records in order of their revision, leases by id, and a few named values. Knows no keys and no meaning. */
export interface Engine {
  read(revision: Revision): Uint8Array | undefined;
  /** Records with `after` < revision <= `to`, ascending. What is written or dropped meanwhile may or may not be seen. */
  scan(after: Revision, to: Revision): Iterable<EngineRecord>;
  leases(): Iterable<EngineLease>;
  meta(name: string): Uint8Array | undefined;
  /**
   * All or nothing, durable when it resolves. At most one write is under way at a time. Rejects with `DiskFull` or `WriteFailed` when
   * nothing was written, and with `OutcomeUnknown` when that cannot be told.
   */
  write(batch: EngineBatch): Promise<void>;
  /** Lets other work of the process run; readers of much call it between slices. */
  turn(): Promise<void>;
  close(): Promise<void>;
}
