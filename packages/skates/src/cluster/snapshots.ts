import { once } from "node:events";
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { request } from "node:https";
import { dirname, join } from "node:path";
import { hasCode } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { type Revision, snapshotHeader } from "@skates/storage";
import { openDiskStore, restoreDiskStore } from "@skates/storage/node";
import { failure } from "../cli/errors.ts";
import { SNAPSHOT_PATH } from "../compose/snapshot-path.ts";
import type { ClusterConfig } from "./config.ts";
import type { Paths } from "./data-dir.ts";
import { findProcesses } from "./processes.ts";
import { openClusterStore } from "./store.ts";

/** A store that cannot be read may have been this far ahead of a snapshot. */
const UNKNOWN_AHEAD = 1_000_000_000;

export interface SavedSnapshot {
  readonly file: string;
  readonly bytes: number;
  /** Absent: not in our form, but etcd's. */
  readonly revision: Revision | undefined;
}

/** Where snapshots go that are given no name. */
export function snapshotDirectory(paths: Paths): string {
  return join(paths.dataDir, "snapshots");
}

/** Writes a snapshot, from the running server or else from the store itself; the file is there whole or not at all. Returns its size. */
export async function saveSnapshot(
  { paths, config, file }: { readonly paths: Paths; readonly config: ClusterConfig; readonly file: string },
  signal: AbortSignal,
): Promise<number> {
  const running = findProcesses(paths).some((process) => process.role === "server");
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.part`;
  try {
    if (running) await write(draft, fromServer(paths, config, signal));
    else {
      const store = await openClusterStore(paths, config, systemClock());
      try {
        await write(draft, store.snapshot(signal));
      } finally {
        await store.close();
      }
    }
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  return statSync(file).size;
}

/**
 * Puts a snapshot in the place of the store; what was there is kept beside it. Revisions go on behind those of the old store, so that no
 * client sees time run backwards: what they remember counts as compacted, and they list again.
 */
export async function restoreSnapshot(
  paths: Paths,
  file: string,
): Promise<{ readonly revision: Revision; readonly old: string | undefined }> {
  const head = headerOf(file)?.head;
  if (head === undefined)
    throw failure(`${file} is no snapshot of Skates`, "name a file made by 'skates snapshot save'");
  const before = await newestOf(paths);
  const fresh = `${paths.store}.restoring`;
  rmSync(fresh, { recursive: true, force: true });
  const revision = await restoreDiskStore(fresh, createReadStream(file), (before ?? head + UNKNOWN_AHEAD) + 1);
  const old = existsSync(paths.store) ? `${paths.store}.before-${Date.now()}` : undefined;
  if (old !== undefined) renameSync(paths.store, old);
  renameSync(fresh, paths.store);
  return { revision, old };
}

/** What `save` has put into the data directory, oldest first. */
export function listSnapshots(paths: Paths): readonly SavedSnapshot[] {
  const directory = snapshotDirectory(paths);
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory).filter((name) => name.endsWith(".snapshot"));
  return names.sort().map((name) => {
    const file = join(directory, name);
    return { file, bytes: statSync(file).size, revision: headerOf(file)?.head };
  });
}

/** 0: there is no store; undefined: it is damaged. */
async function newestOf(paths: Paths): Promise<Revision | undefined> {
  if (!existsSync(join(paths.store, "data.mdb"))) return 0;
  try {
    const store = await openDiskStore({ directory: paths.store, clock: systemClock() });
    const head = await store.head(new AbortController().signal);
    await store.close();
    return head;
  } catch (error) {
    if (hasCode(error, "Damaged")) return undefined;
    throw error;
  }
}

function headerOf(file: string): ReturnType<typeof snapshotHeader> {
  const start = Buffer.alloc(200);
  const handle = openSync(file, "r");
  const read = readSync(handle, start);
  closeSync(handle);
  return snapshotHeader(start.subarray(0, read));
}

async function write(file: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const out = createWriteStream(file, { mode: 0o600 });
  await once(out, "open");
  for await (const chunk of chunks) if (!out.write(chunk)) await once(out, "drain");
  out.end();
  await once(out, "close");
  const handle = openSync(file, "r+");
  fsyncSync(handle);
  closeSync(handle);
}

async function* fromServer(paths: Paths, config: ClusterConfig, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const pem = (name: string): string => readFileSync(join(paths.pki, name), "utf8");
  const call = request({
    host: "127.0.0.1",
    port: config.apiPort,
    path: SNAPSHOT_PATH,
    agent: false,
    signal,
    ca: pem("ca.crt"),
    cert: pem("admin.crt"),
    key: pem("admin.key"),
  });
  call.end();
  const [response] = await once(call, "response");
  if (response.statusCode !== 200) {
    throw failure(`the server answered ${response.statusCode} instead of a snapshot`, `see ${paths.logs}`);
  }
  yield* response;
}
