import { statSync } from "node:fs";
import {
  type Clock,
  type Component,
  hasCode,
  isAbort,
  type Logger,
  messageOf,
  TaskGroup,
} from "@skates/component-base";
import { type RevisionStore, rewriteStale, transformedStore } from "@skates/storage";
import { createEncryption, type Encryption } from "@skates/storage/node";
import { failure } from "../cli/errors.ts";
import { flagsFrom } from "../cli/flags.ts";
import { reloadsEncryption } from "../component-flags/encryption.ts";
import type { Paths } from "./data-dir.ts";
import {
  type EncryptedLocation,
  encryptedPrefixes,
  encryptionFile,
  readEncryptionFile,
  resourceOfKeys,
} from "./encryption.ts";
import { openClusterStore, storagePrefixOf } from "./store.ts";

export interface EncryptedStore {
  /** As callers see it; closing it closes all. */
  readonly store: RevisionStore;
  readonly encryption: Encryption;
  /** Looks after key services, encrypts anew what is stored by an older configuration, and follows changes of the file. */
  readonly upkeep: Component;
}

export interface OpenOptions {
  readonly clock: Clock;
  readonly log: Logger;
}

/** As upstream: the file is looked at so often. */
const RELOAD_MS = 60_000;
/** Between tries to encrypt anew while the store or a key service is away, or the disk is full. */
const AGAIN_MS = 10_000;
const PASSING = ["Unavailable", "Busy", "DiskFull", "WriteFailed"];
/** A command waits so long for key services. */
const READY_MS = 15_000;
const READY_STEP_MS = 50;

/** Opens the cluster's store with its encryption; throws with a word on what to do when the configuration cannot be used. */
export async function openEncryptedStore(
  paths: Paths,
  location: EncryptedLocation,
  { clock, log }: OpenOptions,
): Promise<EncryptedStore> {
  const file = encryptionFile(paths, location);
  const configuration = file === undefined ? undefined : readEncryptionFile(file);
  const encryption = await createEncryption({ configuration, resourceOf: resourceOfKeys(location), clock, log });
  const raw = await openClusterStore(paths, location, clock);
  const reloads = reloadsEncryption(flagsFrom(location.flags ?? {}));
  return {
    store: transformedStore(raw, encryption.transformer),
    encryption,
    upkeep: {
      name: encryption.name,
      ready: () => encryption.ready(),
      async run(signal) {
        const group = new TaskGroup(signal);
        group.spawn((inner) => encryption.run(inner));
        if (file !== undefined) {
          group.spawn((inner) => keepCurrent({ file, raw, encryption, location, reloads, clock, log }, inner));
        }
        await group.join();
      },
    },
  };
}

/** For a command that reads or writes a store: does `work` once its key services answer, and closes it. */
export async function withEncryptedStore<T>(
  paths: Paths,
  location: EncryptedLocation,
  options: OpenOptions & { readonly signal: AbortSignal },
  work: (store: RevisionStore) => Promise<T>,
): Promise<T> {
  const { store, encryption } = await openEncryptedStore(paths, location, options);
  const ended = new AbortController();
  const running = encryption.run(ended.signal);
  try {
    for (let waitedMs = 0; !encryption.ready(); waitedMs += READY_STEP_MS) {
      if (waitedMs > READY_MS) throw failure(`a key service does not answer: ${encryption.problem()}`, "start it");
      await options.clock.sleep(READY_STEP_MS, options.signal);
    }
    return await work(store);
  } finally {
    ended.abort();
    await running;
    await store.close();
  }
}

interface Upkeep extends OpenOptions {
  readonly file: string;
  readonly raw: RevisionStore;
  readonly encryption: Encryption;
  readonly location: EncryptedLocation;
  readonly reloads: boolean;
}

async function keepCurrent(upkeep: Upkeep, signal: AbortSignal): Promise<void> {
  const { file, encryption, reloads, clock, log } = upkeep;
  try {
    let seen = changedAt(file);
    await encryptAnew(upkeep, signal);
    while (reloads) {
      await clock.sleep(RELOAD_MS, signal);
      const now = changedAt(file);
      if (now === seen || now === undefined) continue;
      seen = now;
      try {
        await encryption.use(readEncryptionFile(file));
      } catch (error) {
        log.error("a changed encryption configuration is not used", { cause: messageOf(error) });
        continue;
      }
      log.info("encryption configuration reloaded", { file });
      await encryptAnew(upkeep, signal);
    }
  } catch (error) {
    if (!isAbort(error, signal)) throw error;
  }
}

/** Whatever is still in the clear, or encrypted with a key that is no longer the first, is written anew. */
async function encryptAnew(
  { file, raw, encryption, location, clock, log }: Upkeep,
  signal: AbortSignal,
): Promise<void> {
  const prefixes = encryptedPrefixes(location, readEncryptionFile(file));
  const leased = `${storagePrefixOf(location)}events/`;
  for (;;) {
    try {
      const count = await rewriteStale(raw, encryption.transformer, { prefixes, leased, signal });
      if (count > 0) log.info("stored objects were encrypted anew", { count });
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!PASSING.some((code) => hasCode(error, code))) throw error;
      await clock.sleep(AGAIN_MS, signal);
    }
  }
}

function changedAt(file: string): number | undefined {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return undefined; // being replaced; the configuration in use stays
  }
}
