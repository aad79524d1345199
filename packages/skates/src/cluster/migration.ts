import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@skates/component-base/node";
import { silentLogger } from "@skates/component-base";
import { copyStore, raiseStore, type RevisionStore } from "@skates/storage";
import { createDiskStore } from "@skates/storage/node";
import { failure } from "../cli/errors.ts";
import type { Paths } from "./data-dir.ts";
import { withEncryptedStore } from "./encrypted-store.ts";
import { type EncryptedLocation, ensureEncryptionFile } from "./encryption.ts";
import { storagePrefixOf, storeName } from "./store.ts";

export interface Migration {
  readonly paths: Paths;
  readonly from: EncryptedLocation;
  readonly to: EncryptedLocation;
  progress(line: string): void;
}

export interface Migrated {
  readonly objects: number;
  readonly revision: number;
  readonly source: string;
  readonly target: string;
}

/**
 * Copies all objects of a cluster that does not run, decrypted as the source is configured and encrypted as the target is. The target must hold none yet; its revision is first raised above the source's, so
 * that no client sees time run backwards. Events get an hour, as those that are new do.
 */
export async function migrateStore(migration: Migration, signal: AbortSignal): Promise<Migrated> {
  const { paths, from, to } = migration;
  const options = { clock: systemClock(), log: silentLogger, signal };
  return await withEncryptedStore(paths, from, options, async (source) => {
    const head = await source.head(signal);
    let sourceName = storeName(paths, from);
    if (to.etcd === undefined) {
      sourceName = await freshDisk(paths, head, sourceName);
      ensureEncryptionFile(paths);
    }
    const copied = await withEncryptedStore(paths, to, options, (target) =>
      copyTo(target, { source, head, migration }, signal),
    );
    return { ...copied, source: sourceName, target: storeName(paths, to) };
  });
}

interface Source {
  readonly source: RevisionStore;
  readonly head: number;
  readonly migration: Migration;
}

async function copyTo(
  target: RevisionStore,
  { source, head, migration: { paths, from, to, progress } }: Source,
  signal: AbortSignal,
): Promise<Pick<Migrated, "objects" | "revision">> {
  const prefixes = { from: storagePrefixOf(from), to: storagePrefixOf(to) };
  const there = await target.range(prefixes.to, { countOnly: true }, signal);
  if (there.count > 0) {
    throw failure(
      `${storeName(paths, to)} holds ${there.count} objects already`,
      "empty it, or name another with --etcd-prefix",
    );
  }
  const steps = head - (await target.head(signal));
  if (steps > 10_000) progress(`raising the target's revision by ${steps}`);
  await raiseStore(target, head, signal);
  const objects = await copyStore(source, target, { prefixes, signal });
  return { objects, revision: await target.head(signal) };
}

/** An empty store on disk that begins behind `head`; an older one is put aside. Returns the source's name. */
async function freshDisk(paths: Paths, head: number, source: string): Promise<string> {
  if (existsSync(join(paths.store, "data.mdb"))) renameSync(paths.store, `${paths.store}.before-${Date.now()}`);
  await createDiskStore(paths.store, head);
  return source;
}
