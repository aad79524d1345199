import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from "node:fs";
import { storeError } from "../../errors.ts";

/** Where LMDB (as lmdb-js lays it out) keeps what is needed here, in each of its two first pages. */
const MAGIC_AT = 24;
const MAGIC = 0xbeefc0de;
const PAGE_BYTES_AT = 48;
const LAST_PAGE_AT = 144;
const META_BYTES = 160;
/**
 * LMDB counts pages that a transaction took and gave back without writing them: a few may be missing at the end of a sound file. Where
 * more are, the file was cut, and its tree may lead into what is gone.
 */
const PAGES_MISSING_MAX = 64;
/** In a small file that many are a good part of it: then fewer count, too. */
const PAGES_MISSING_FEW = 8;
const PART_THERE_MIN = 0.75;

/**
 * Looks at the file before LMDB maps it, since reading a mapped page that the file does not have kills the process. A file without a
 * valid first page, or with many pages missing, is refused. One that is a little too short is filled up with zeros, which no check takes
 * for data: if the missing pages were in use, reading them fails as damage.
 */
export function checkFile(path: string): void {
  const file = openSync(path, "r+");
  try {
    const { size } = fstatSync(file);
    if (size === 0) return;
    const metas = [readMeta(file, 0)];
    const pageBytes = metas[0]?.pageBytes;
    if (pageBytes !== undefined) metas.push(readMeta(file, pageBytes));
    const sound = metas.filter((meta) => meta !== undefined);
    if (sound.length < 2) {
      throw storeError(
        "Damaged",
        `the store in ${path} is damaged: its first pages are not those of a store; restore a snapshot`,
      );
    }
    const needed = Math.max(...sound.map((meta) => (meta.lastPage + 1) * meta.pageBytes));
    const pages = pageBytes === undefined ? 0 : (needed - size) / pageBytes;
    if (pages > PAGES_MISSING_MAX || (pages > PAGES_MISSING_FEW && size < needed * PART_THERE_MIN)) {
      throw storeError(
        "Damaged",
        `the store in ${path} is damaged: ${size} of ${needed} bytes are there; restore a snapshot`,
      );
    }
    if (size < needed) ftruncateSync(file, needed);
  } finally {
    closeSync(file);
  }
}

interface Meta {
  readonly pageBytes: number;
  readonly lastPage: number;
}

function readMeta(file: number, at: number): Meta | undefined {
  const bytes = Buffer.alloc(META_BYTES);
  if (readSync(file, bytes, 0, META_BYTES, at) < META_BYTES) return undefined;
  if (bytes.readUInt32LE(MAGIC_AT) !== MAGIC) return undefined;
  const pageBytes = bytes.readUInt32LE(PAGE_BYTES_AT);
  const valid = pageBytes >= 512 && pageBytes <= 65536 && (pageBytes & (pageBytes - 1)) === 0;
  return valid ? { pageBytes, lastPage: Number(bytes.readBigUInt64LE(LAST_PAGE_AT)) } : undefined;
}
