import { type DropGatedFields, type Resource, type Revision, StatusError } from "@skates/apimachinery";
import { type Env, hasCode, messageOf, type Random } from "@skates/component-base";
import type { CommitOptions, RevisionStore } from "@skates/storage";
import type { AdmissionPlugin } from "../admission.ts";
import type { Limits } from "../options.ts";
import type { CachedObject } from "../watch-cache/cached-object.ts";
import type { ResourceCache } from "../watch-cache/resource-cache.ts";
import type { WatchCache } from "../watch-cache/watch-cache.ts";
import type { LeasePool } from "./lease-pool.ts";
import type { ServedSet } from "./served.ts";

/** What all verbs work with. */
export interface RegistryCore {
  readonly env: Env;
  readonly store: RevisionStore;
  readonly limits: Limits;
  readonly watchCache: WatchCache;
  readonly served: ServedSet;
  /** Filled once, after construction: plugins may want the registry. */
  admission: readonly AdmissionPlugin[];
  readonly leases: LeasePool;
  readonly names: Random;
  readonly uids: Random;
  /** Takes out what is behind gates that are closed and not in use. */
  readonly dropGated: DropGatedFields;
  readonly turn: () => Promise<void>;
}

/** The newest state of a key. */
export async function readCurrent(
  core: RegistryCore,
  cache: ResourceCache,
  key: string,
  signal: AbortSignal,
): Promise<CachedObject | undefined> {
  await core.watchCache.reach(await newest(core, signal), signal);
  return cache.get(key);
}

/** The newest revision of the store. */
export async function newest(core: RegistryCore, signal: AbortSignal): Promise<Revision> {
  try {
    return await core.store.head(signal);
  } catch (error) {
    throw storeRefusal(error);
  }
}

/** A store failure, as a client is told of it; other errors as they are. */
export function storeRefusal(error: unknown): unknown {
  if (hasCode(error, "Busy")) {
    return new StatusError("TooManyRequests", messageOf(error), { details: { retryAfterSeconds: 1 }, cause: error });
  }
  if (hasCode(error, "ValueTooLarge"))
    return new StatusError("RequestEntityTooLarge", messageOf(error), { cause: error });
  // Nothing was written, and trying again may help once etcd is back or the disk has room.
  if (hasCode(error, "Unavailable") || hasCode(error, "DiskFull")) {
    return new StatusError("ServiceUnavailable", messageOf(error), { details: { retryAfterSeconds: 1 }, cause: error });
  }
  if (hasCode(error, "OutcomeUnknown")) return new StatusError("Timeout", messageOf(error), { cause: error });
  if (["WriteFailed", "Refused", "Closed"].some((code) => hasCode(error, code))) {
    return new StatusError("InternalError", messageOf(error), { cause: error });
  }
  return error;
}

/** Options of a commit: objects of kinds with a time to live hang on a lease. */
export async function commitOptions(core: RegistryCore, hub: Resource, signal: AbortSignal): Promise<CommitOptions> {
  const ttl = hub.strategy.ttlSeconds;
  if (ttl === undefined) return NO_OPTIONS;
  try {
    return { lease: await core.leases.lease(ttl, signal) };
  } catch (error) {
    throw storeRefusal(error);
  }
}

const NO_OPTIONS: CommitOptions = {};
