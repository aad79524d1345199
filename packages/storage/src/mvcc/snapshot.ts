import { must } from "@skates/component-base";
import { crc32c } from "../crc32c.ts";
import type { Engine, EngineRecord } from "../engine.ts";
import { storeError } from "../errors.ts";
import { decodeRecord, encodeRevision } from "../record.ts";
import type { Revision } from "../revision-store.ts";
import { encodeLeaseTime, type Lease } from "./lease-table.ts";

const MAGIC = "SKATES-SNAPSHOT 1\n";
/** Frames gather into chunks of about this size. */
const CHUNK_BYTES = 64 << 10;
const FRAME_HEAD_BYTES = 13;
const FRAME_BYTES_MAX = 64 << 20;
/** Kinds of frames: [kind u8][number u64][length u32][bytes]. */
const LEASE = 1;
const RECORD = 2;
/** Its number is the checksum of everything before. */
const END = 3;

export interface SnapshotSource {
  readonly engine: Engine;
  readonly head: Revision;
  readonly compacted: Revision;
  readonly leases: readonly Lease[];
}

/** Everything up to `head` as one stream: a line of text, then frames, the last with a checksum of all before it. */
export async function* writeSnapshot(source: SnapshotSource): AsyncGenerator<Uint8Array, void, undefined> {
  const { engine, head, compacted } = source;
  const header = new TextEncoder().encode(`${MAGIC}${JSON.stringify({ head, compacted })}\n`);
  let crc = crc32c(header);
  yield header;
  let parts: Uint8Array[] = [];
  let bytes = 0;
  const add = (part: Uint8Array): void => {
    parts.push(part);
    bytes += part.length;
  };
  const chunk = (): Uint8Array => {
    const whole = concat(parts, bytes);
    crc = crc32c(whole, crc);
    parts = [];
    bytes = 0;
    return whole;
  };
  for (const lease of source.leases) add(frame(LEASE, lease.id, encodeLeaseTime(lease.expiresAtMs)));
  let at: Revision = 0;
  while (at < head) {
    // A scan is not held open over a turn: it starts anew behind the last record.
    let reached = head;
    for (const record of engine.scan(at, head)) {
      add(frame(RECORD, BigInt(record.revision), record.bytes));
      reached = record.revision;
      if (bytes >= CHUNK_BYTES) break;
    }
    at = bytes >= CHUNK_BYTES ? reached : head;
    if (bytes > 0) yield chunk();
    await engine.turn();
  }
  yield frame(END, BigInt(crc), new Uint8Array(0));
}

/**
 * Fills an empty engine from a snapshot; throws `Damaged` unless the whole of it is sound. Returns the newest revision, which is at least
 * `raiseTo`: then what lies before is no longer history that anybody may ask for.
 */
export async function restoreSnapshot(
  engine: Engine,
  chunks: AsyncIterable<Uint8Array>,
  raiseTo: Revision = 0,
): Promise<Revision> {
  const reader = new FrameReader(chunks);
  const { head, compacted } = parseHeader(await reader.line(), await reader.line());
  let records: EngineRecord[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    await engine.write({ records });
    records = [];
    bytes = 0;
  };
  for (;;) {
    const crc = reader.crc;
    const next = await reader.frame();
    if (next.kind === END) {
      if (Number(next.number) !== crc) throw damagedSnapshot("its checksum is wrong");
      break;
    }
    if (next.kind === LEASE) await engine.write({ records: [], leases: [{ id: next.number, bytes: next.bytes }] });
    else if (next.kind === RECORD) {
      const revision = Number(next.number);
      decodeRecord(revision, next.bytes);
      records.push({ revision, bytes: next.bytes });
      bytes += next.bytes.length;
      if (bytes > 4 << 20) await flush();
    } else throw damagedSnapshot(`it has a frame of unknown kind ${next.kind}`);
  }
  await flush();
  // Last, so that a restore that was cut short is seen: the head is then missing.
  const past = raiseTo > head ? raiseTo : compacted;
  await engine.write({ records: [], meta: [{ name: "compacted", bytes: encodeRevision(past) }] });
  return Math.max(head, raiseTo);
}

/** What the first bytes of a snapshot say of it; undefined: they are not those of one of ours. */
export function snapshotHeader(
  bytes: Uint8Array,
): { readonly head: Revision; readonly compacted: Revision } | undefined {
  const [magic = "", header = ""] = new TextDecoder("latin1").decode(bytes.subarray(0, 200)).split("\n");
  return `${magic}\n` === MAGIC ? parseHeader(magic, header) : undefined;
}

function parseHeader(magic: string, header: string): { readonly head: Revision; readonly compacted: Revision } {
  if (`${magic}\n` !== MAGIC) throw damagedSnapshot("it does not start as a snapshot of Skates does");
  const numbers = /^\{"head":(\d{1,16}),"compacted":(\d{1,16})\}$/.exec(header);
  if (numbers === null) throw damagedSnapshot("its header cannot be read");
  return { head: Number(numbers[1]), compacted: Number(numbers[2]) };
}

function frame(kind: number, number: bigint, bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(FRAME_HEAD_BYTES + bytes.length);
  const view = new DataView(out.buffer);
  view.setUint8(0, kind);
  view.setBigUint64(1, number);
  view.setUint32(9, bytes.length);
  out.set(bytes, FRAME_HEAD_BYTES);
  return out;
}

interface Frame {
  readonly kind: number;
  readonly number: bigint;
  readonly bytes: Uint8Array;
}

/** Cuts a stream of chunks into lines and frames, with a running checksum of what was taken. */
class FrameReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #buffer = new Uint8Array(0);
  #at = 0;
  crc = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    let text = "";
    for (;;) {
      const byte = (await this.#take(1))[0];
      if (byte === 10) return text;
      text += String.fromCharCode(must(byte, "a byte of the header"));
      if (text.length > 1000) throw damagedSnapshot("its header is too long");
    }
  }

  async frame(): Promise<Frame> {
    const head = await this.#take(FRAME_HEAD_BYTES);
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const length = view.getUint32(9);
    if (length > FRAME_BYTES_MAX) throw damagedSnapshot("a frame is too long");
    return { kind: view.getUint8(0), number: view.getBigUint64(1), bytes: await this.#take(length) };
  }

  async #take(length: number): Promise<Uint8Array> {
    while (this.#buffer.length - this.#at < length) {
      const next = await this.#chunks.next();
      if (next.done === true) throw damagedSnapshot("it ends too early");
      const rest = this.#buffer.subarray(this.#at);
      this.#buffer = concat([rest, next.value], rest.length + next.value.length);
      this.#at = 0;
    }
    const out = this.#buffer.slice(this.#at, this.#at + length);
    this.#at += length;
    this.crc = crc32c(out, this.crc);
    return out;
  }
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function damagedSnapshot(what: string): Error {
  return storeError("Damaged", `the snapshot is damaged: ${what}`);
}
