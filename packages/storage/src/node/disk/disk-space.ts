import { statfsSync } from "node:fs";
import { storeError } from "../../errors.ts";

/**
 * What has to stay free. LMDB must never meet the end of the disk: its error path for that writes past a buffer of its own (lmdb 3.5.6,
 * mdb.c, a message of over 100 bytes) and the process may die. Deletions and compaction may go further down, since they make room.
 */
const RESERVE_BYTES = 16 << 20;
const RESERVE_FOR_DROPS_BYTES = 4 << 20;
/** Pages that a transaction copies besides those that hold its data. */
const OVERHEAD_BYTES = 1 << 20;

/** Throws `DiskFull` unless `bytes` more fit on the disk of `directory`; 0: only something is dropped. */
export function requireSpace(directory: string, bytes: number): void {
  const free = freeBytes(directory);
  const needed = bytes === 0 ? RESERVE_FOR_DROPS_BYTES : 2 * bytes + OVERHEAD_BYTES + RESERVE_BYTES;
  if (free >= needed) return;
  const mebibytes = (count: number): string => (count / (1 << 20)).toFixed(1);
  const found = `${mebibytes(free)} MiB are free, ${mebibytes(needed)} MiB are needed`;
  throw storeError(
    "DiskFull",
    `no space left on the disk of ${directory}: ${found}; free some, and writing works again`,
  );
}

/** Whether a failed write to `directory` was for want of space; LMDB reports EIO as often as ENOSPC. */
export function isDiskFull(error: Error, directory: string): boolean {
  return (
    /no space left|ENOSPC|MDB_MAP_FULL|quota exceeded/i.test(error.message) || freeBytes(directory) < OVERHEAD_BYTES
  );
}

function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}
