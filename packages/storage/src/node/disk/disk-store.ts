import { existsSync, mkdirSync, rmSync } from "node:fs";
import { OperatingError } from "@skates/component-base";
import type { Engine } from "../../engine.ts";
import { storeError } from "../../errors.ts";
import { COMPACTED, openStore, type StoreOptions } from "../../mvcc/mvcc-store.ts";
import { restoreSnapshot } from "../../mvcc/snapshot.ts";
import { encodeRevision } from "../../record.ts";
import type { Revision, RevisionStore } from "../../revision-store.ts";
import { checkFile } from "./check-file.ts";
import { lockDirectory } from "./directory-lock.ts";
import { requireSpace } from "./disk-space.ts";
import { openLmdbEngine } from "./lmdb-engine.ts";

export interface DiskStoreOptions extends StoreOptions {
  /** Made if absent, with mode 0700. */
  readonly directory: string;
}

/**
 * Opens the store in `directory`, for this process alone. Throws `Locked` when another process has it, `Damaged` when what is there
 * cannot be trusted, `DiskFull` when there is no room to start.
 */
export async function openDiskStore(options: DiskStoreOptions): Promise<RevisionStore> {
  const engine = openDirectory(options.directory);
  try {
    return await openStore(engine, options);
  } catch (error) {
    await engine.close();
    if (error instanceof OperatingError) throw error;
    // What is no store any more fails in ways that nobody foresees while it is read.
    throw storeError("Damaged", `the store in ${options.directory} is damaged; restore a snapshot`, error);
  }
}

/**
 * Makes a store in `directory` from a snapshot; nothing may be there yet. What a failed attempt left is removed. The newest revision,
 * which is returned, is at least `raiseTo`.
 */
export async function restoreDiskStore(
  directory: string,
  snapshot: AsyncIterable<Uint8Array>,
  raiseTo: Revision = 0,
): Promise<Revision> {
  return fillDirectory(directory, (engine) => restoreSnapshot(engine, snapshot, raiseTo));
}

/** Makes an empty store whose first commit gets the revision after `revision`; nothing may be there yet. */
export async function createDiskStore(directory: string, revision: Revision): Promise<void> {
  await fillDirectory(directory, (engine) =>
    engine.write({ records: [], meta: [{ name: COMPACTED, bytes: encodeRevision(revision) }] }),
  );
}

async function fillDirectory<T>(directory: string, fill: (engine: Engine) => Promise<T>): Promise<T> {
  const file = `${directory}/data.mdb`;
  if (existsSync(file))
    throw storeError("Locked", `there is a store in ${directory} already; an empty directory is needed`);
  const engine = openDirectory(directory);
  try {
    const result = await fill(engine);
    await engine.close();
    return result;
  } catch (error) {
    await engine.close();
    rmSync(file, { force: true });
    throw error;
  }
}

function openDirectory(directory: string): Engine {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = lockDirectory(directory);
  try {
    const file = `${directory}/data.mdb`;
    if (existsSync(file)) checkFile(file);
    else requireSpace(directory, 1);
    const engine = openLmdbEngine(directory);
    return {
      read: (revision) => engine.read(revision),
      scan: (after, to) => engine.scan(after, to),
      leases: () => engine.leases(),
      meta: (name) => engine.meta(name),
      write: (batch) => engine.write(batch),
      turn: () => engine.turn(),
      close: async () => {
        await engine.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
