/**
 * Revisioned key space: the interface (`revision-store.ts`), its drivers, and the suite that every driver passes.
 */
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
