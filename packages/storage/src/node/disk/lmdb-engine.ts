import { chmodSync } from "node:fs";
import { asError, messageOf } from "@skates/component-base";
import { type Database, open, type RootDatabase } from "lmdb";
import type { Engine, EngineBatch, EngineLease, EngineRecord } from "../../engine.ts";
import { storeError } from "../../errors.ts";
import { decodeRevision, encodeRevision, isDeletion } from "../../record.ts";
import type { LeaseId, Revision } from "../../revision-store.ts";
import { isDiskFull, requireSpace } from "./disk-space.ts";
import { passStrayRejections } from "./stray-rejections.ts";

type Table = Database<Uint8Array, Uint8Array>;

/** Fixed when the file is made; a file of another layout is refused. */
const LAYOUT = "skates-store 1";
const BINARY = { encoding: "binary", keyEncoding: "binary" } as const;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The engine on disk: one LMDB file `data.mdb` in `directory`, which must be locked by the caller. */
export function openLmdbEngine(directory: string): Engine {
  return new LmdbEngine(directory);
}

class LmdbEngine implements Engine {
  readonly #directory: string;
  readonly #root: RootDatabase<Uint8Array, Uint8Array>;
  readonly #records: Table;
  readonly #leases: Table;
  readonly #meta: Table;
  readonly #guard = passStrayRejections();

  constructor(directory: string) {
    this.#directory = directory;
    try {
      // overlappingSync trusts, after a crash, what a power cut may have torn; see docs/decisions/store-on-lmdb.md.
      this.#root = open({
        ...BINARY,
        path: `${directory}/data.mdb`,
        noSubdir: true,
        overlappingSync: false,
        maxDbs: 4,
      });
      // The library makes its files for everybody to read.
      for (const name of ["data.mdb", "data.mdb-lock"]) chmodSync(`${directory}/${name}`, 0o600);
      this.#records = this.#root.openDB({ ...BINARY, name: "records" });
      this.#leases = this.#root.openDB({ ...BINARY, name: "leases" });
      this.#meta = this.#root.openDB({ ...BINARY, name: "meta" });
      this.#checkLayout();
    } catch (thrown) {
      this.#guard[Symbol.dispose]();
      throw this.#openError(thrown);
    }
  }

  read(revision: Revision): Uint8Array | undefined {
    return this.#records.getBinary(encodeRevision(revision));
  }

  *scan(after: Revision, to: Revision): Iterable<EngineRecord> {
    const range = { start: encodeRevision(after + 1), end: encodeRevision(Math.min(to + 1, Number.MAX_SAFE_INTEGER)) };
    for (const { key, value } of this.#records.getRange(range)) yield { revision: decodeRevision(key), bytes: value };
  }

  *leases(): Iterable<EngineLease> {
    for (const { key, value } of this.#leases.getRange({})) yield { id: decodeLeaseId(key), bytes: value };
  }

  meta(name: string): Uint8Array | undefined {
    return this.#meta.getBinary(encoder.encode(name));
  }

  async write(batch: EngineBatch): Promise<void> {
    const growth = batch.records.reduce((sum, record) => sum + (isDeletion(record.bytes) ? 0 : record.bytes.length), 0);
    requireSpace(this.#directory, growth);
    try {
      // Within `batch` only its own promise tells of a failure.
      await this.#root.batch(() => {
        for (const { name, bytes } of batch.meta ?? []) void this.#meta.put(encoder.encode(name), bytes);
        for (const { revision, bytes } of batch.records) void this.#records.put(encodeRevision(revision), bytes);
        for (const revision of batch.dropRecords ?? []) void this.#records.remove(encodeRevision(revision));
        for (const { id, bytes } of batch.leases ?? []) void this.#leases.put(encodeLeaseId(id), bytes);
        for (const id of batch.dropLeases ?? []) void this.#leases.remove(encodeLeaseId(id));
      });
    } catch (thrown) {
      throw await this.#writeError(thrown, batch);
    }
    // LMDB reads from a view of the past that it renews at its leisure; what was just acknowledged must be seen.
    this.#root.resetReadTxn();
  }

  turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  async close(): Promise<void> {
    await this.#root.close();
    this.#guard[Symbol.dispose]();
  }

  #checkLayout(): void {
    const found = this.meta("layout");
    if (found === undefined) this.#meta.putSync(encoder.encode("layout"), encoder.encode(LAYOUT));
    else if (decoder.decode(found) !== LAYOUT) {
      throw storeError("Damaged", `${this.#directory} holds a store of layout ${decoder.decode(found)}, not ${LAYOUT}`);
    }
  }

  #openError(thrown: unknown): Error {
    const error = asError(thrown);
    if (error.name === "OperatingError") return error;
    if (isDiskFull(error, this.#directory))
      return storeError("DiskFull", `no space left on the disk of ${this.#directory}`, error);
    return storeError("Damaged", `the store in ${this.#directory} cannot be opened: ${error.message}`, error);
  }

  /** What a failed commit means: it reads back whether the batch is there. */
  async #writeError(thrown: unknown, batch: EngineBatch): Promise<Error> {
    const cause = await commitCause(thrown);
    this.#root.resetReadTxn();
    const last = batch.records.at(-1);
    if (last !== undefined && this.read(last.revision) !== undefined) {
      return storeError(
        "OutcomeUnknown",
        `the write to ${this.#directory} failed half way: ${messageOf(cause)}`,
        cause,
      );
    }
    if (isDiskFull(cause, this.#directory)) {
      return storeError(
        "DiskFull",
        `no space left on the disk of ${this.#directory}; free some, and writing works again`,
        cause,
      );
    }
    return storeError("WriteFailed", `cannot write to ${this.#directory}: ${messageOf(cause)}`, cause);
  }
}

/** LMDB puts the reason of a failed commit into a rejected promise of its own. */
async function commitCause(thrown: unknown): Promise<Error> {
  if (typeof thrown === "object" && thrown !== null && "commitError" in thrown) {
    try {
      await thrown.commitError;
    } catch (cause) {
      return asError(cause);
    }
  }
  return asError(thrown);
}

function encodeLeaseId(id: LeaseId): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, id);
  return out;
}

function decodeLeaseId(bytes: Uint8Array): LeaseId {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0);
}
