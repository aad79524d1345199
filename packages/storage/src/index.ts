/**
 * Revisioned key space: the contract (`revision-store.ts`), an implementation over small engines (`mvcc/`), the engine in memory
 * (`memory/`), and the suite that every driver passes (`store.suite.ts`). The engine on disk and the
 * driver for etcd are in `@skates/storage/node`.
 * Knows no Kubernetes type.
 */
export { type CopyOptions, copyStore, raiseStore } from "./copy-store.ts";
export type { Engine, EngineBatch, EngineLease, EngineMeta, EngineRecord } from "./engine.ts";
export { type StoreErrorCode, storeError } from "./errors.ts";
export { memoryStore } from "./memory/memory-store.ts";
export type { StoreOptions } from "./mvcc/mvcc-store.ts";
export { restoreSnapshot, snapshotHeader } from "./mvcc/snapshot.ts";
export type {
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
} from "./revision-store.ts";
export { type RewriteOptions, rewriteStale } from "./rewrite-stale.ts";
export { transformedStore } from "./transformed-store.ts";
export type { ValueTransformer } from "./transformer.ts";
