import { OperatingError } from "@skates/component-base";

/**
 * What can go wrong in a store. Match on the code:
 * - `Compacted`: the revision asked for lies before the history that is kept.
 * - `Lagging`: a watcher was so slow that the history it had yet to read has been compacted.
 * - `FutureRevision`: the revision asked for has not happened yet.
 * - `OutcomeUnknown`: the write may or may not have happened; read before trying again. A store on disk takes no more writes until
 *   reopened.
 * - `DiskFull`, `WriteFailed`: the write did not happen; later ones may succeed.
 * - `Busy`: too much is waiting to be written; nothing happened.
 * - `ValueTooLarge`: the value exceeds the limit of the store.
 * - `LeaseNotFound`: the lease has ended or never was.
 * - `Damaged`: stored bytes fail their checks.
 * - `Undecipherable`: a value was encrypted with a key or method that the configuration does not name, or for another key of the store.
 * - `Locked`: another process has the store open.
 * - `Unavailable`: the store cannot be reached or has no quorum; nothing happened, and trying again later may help.
 * - `Refused`: the store does not let us: wrong credentials, or too few rights; nothing happened.
 * - `Closed`: the store was closed.
 */
export const STORE_ERROR_CODES = [
  "Compacted",
  "Lagging",
  "FutureRevision",
  "OutcomeUnknown",
  "DiskFull",
  "WriteFailed",
  "Busy",
  "ValueTooLarge",
  "LeaseNotFound",
  "Damaged",
  "Undecipherable",
  "Locked",
  "Unavailable",
  "Refused",
  "Closed",
] as const;
export type StoreErrorCode = (typeof STORE_ERROR_CODES)[number];

/** An operating failure of the store. */
export function storeError(code: StoreErrorCode, message: string, cause?: unknown): OperatingError {
  return new OperatingError(code, message, cause === undefined ? undefined : { cause });
}
