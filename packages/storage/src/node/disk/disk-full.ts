import { statfsSync } from "node:fs";

/** Below this a disk counts as full: LMDB reports EIO as often as ENOSPC when a page does not fit. */
const FREE_BYTES_MIN = 1 << 20;

/** Whether a failed write to `directory` was for want of space. */
export function isDiskFull(error: Error, directory: string): boolean {
  if (/no space left|ENOSPC|MDB_MAP_FULL|quota exceeded/i.test(error.message)) return true;
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize < FREE_BYTES_MIN;
}
