import { storeError } from "./errors.ts";
import { crc32c } from "./crc32c.ts";
import type { LeaseId, Revision } from "./revision-store.ts";

/** One change of one key, as the history keeps it. `payload` is the value; absent: the key was deleted. */
export interface StoredRecord {
  readonly key: string;
  readonly payload: Uint8Array | undefined;
  readonly created: Revision;
  /** The change of this key before this one that was alive; 0: there was none. */
  readonly previous: Revision;
  /** 0: none. */
  readonly lease: LeaseId;
}

/** Raised when the layout below changes. */
const FORMAT = 1;
const DELETED = 1;
/** format, checksum, flags, created, previous, lease, length of the key. */
const HEADER_BYTES = 1 + 4 + 1 + 8 + 8 + 8 + 4;
const CHECKED_FROM = 5;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The record's bytes; its checksum covers the revision too, so that a record cannot stand in another's place. */
export function encodeRecord(revision: Revision, record: StoredRecord): Uint8Array {
  const key = encoder.encode(record.key);
  const payload = record.payload ?? new Uint8Array(0);
  const out = new Uint8Array(HEADER_BYTES + key.length + payload.length);
  const view = new DataView(out.buffer);
  view.setUint8(0, FORMAT);
  view.setUint8(5, record.payload === undefined ? DELETED : 0);
  setRevision(view, 6, record.created);
  setRevision(view, 14, record.previous);
  view.setBigUint64(22, record.lease);
  view.setUint32(30, key.length);
  out.set(key, HEADER_BYTES);
  out.set(payload, HEADER_BYTES + key.length);
  view.setUint32(1, checksum(revision, out));
  return out;
}

/** The opposite; throws `Damaged` when format or checksum is wrong. The payload is a view of `bytes`. */
export function decodeRecord(revision: Revision, bytes: Uint8Array): StoredRecord {
  if (bytes.length < HEADER_BYTES) throw damaged(revision, "is too short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = view.getUint8(0);
  if (format !== FORMAT) {
    throw damaged(revision, `has format ${format}, and this version of Skates reads format ${FORMAT}`);
  }
  if (view.getUint32(1) !== checksum(revision, bytes)) throw damaged(revision, "fails its checksum");
  const keyEnd = HEADER_BYTES + view.getUint32(30);
  if (keyEnd > bytes.length) throw damaged(revision, "ends inside its key");
  return {
    key: decoder.decode(bytes.subarray(HEADER_BYTES, keyEnd)),
    payload: (view.getUint8(5) & DELETED) === 0 ? bytes.subarray(keyEnd) : undefined,
    created: getRevision(view, 6),
    previous: getRevision(view, 14),
    lease: view.getBigUint64(22),
  };
}

/** Whether a record's bytes say that its key was deleted. */
export function isDeletion(bytes: Uint8Array): boolean {
  return ((bytes[5] ?? 0) & DELETED) !== 0;
}

/** Eight bytes, big endian: the order of bytes is the order of revisions. */
export function encodeRevision(revision: Revision): Uint8Array {
  const out = new Uint8Array(8);
  setRevision(new DataView(out.buffer), 0, revision);
  return out;
}

/** The opposite of `encodeRevision`. */
export function decodeRevision(bytes: Uint8Array): Revision {
  return getRevision(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0);
}

function checksum(revision: Revision, bytes: Uint8Array): number {
  return crc32c(bytes.subarray(CHECKED_FROM), revision >>> 0);
}

function setRevision(view: DataView, at: number, revision: Revision): void {
  view.setUint32(at, Math.floor(revision / 0x1_0000_0000));
  view.setUint32(at + 4, revision >>> 0);
}

function getRevision(view: DataView, at: number): Revision {
  return view.getUint32(at) * 0x1_0000_0000 + view.getUint32(at + 4);
}

function damaged(revision: Revision, what: string): Error {
  return storeError("Damaged", `the store is damaged: the record of revision ${revision} ${what}`);
}
