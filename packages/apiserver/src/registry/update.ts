import { type ApiObject, conflict, type Encoded, notFound, type Resource, StatusError } from "@skates/apimachinery";
import { type CachedObject, looseObject } from "../watch-cache/cached-object.ts";
import type { PendingWrite } from "../watch-cache/watch-cache.ts";
import { commitOptions, readCurrent, storeRefusal } from "./core.ts";
import { createObject } from "./create.ts";
import { storedForm, writtenForm } from "./exchange.ts";
import { withOwners } from "./managed.ts";
import { checkUid } from "./object-meta.ts";
import { prepareUpdate } from "./prepare.ts";
import { cacheOf, checkSize } from "./stored.ts";
import type { WriteCall } from "./write-call.ts";

/** A write is tried again with fresh state so often before it ends as a Conflict. */
const ATTEMPTS = 100;

export interface UpdateOptions {
  /** What the client wants, in the hub version, from what is there (absent: to be created). Called again after a conflict. */
  next(old: ApiObject | undefined): Promise<ApiObject> | ApiObject;
  /** An object that is not there is created. */
  readonly allowCreate: boolean;
  /** `next` has recorded field owners itself (server-side apply). */
  readonly ownersRecorded?: boolean | undefined;
}

export interface Updated {
  readonly object: Encoded;
  readonly created: boolean;
}

/** Changes a stored object, or creates it where that is allowed. */
export async function updateObject(call: WriteCall, options: UpdateOptions): Promise<Updated> {
  const { core, served, signal } = call;
  const cache = cacheOf(served);
  const key = cache.keyOf(call.namespace, call.name);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const current = await readCurrent(core, cache, key, signal);
    if (current === undefined) {
      if (!options.allowCreate) throw notFound(served.resource, call.name);
      return { object: await createInstead(call, options, await options.next(undefined)), created: true };
    }
    const object = await updateOnce(call, options, current);
    if (object !== undefined) return { object, created: false };
  }
  throw conflict(served.resource, call.name);
}

function createInstead(call: WriteCall, options: UpdateOptions, next: ApiObject): Promise<Encoded> {
  const { resourceVersion: _, ...metadata } = next.metadata;
  return createObject(call, { ...next, metadata }, options.ownersRecorded);
}

/** Undefined: the object changed meanwhile. */
async function updateOnce(
  call: WriteCall,
  options: UpdateOptions,
  current: CachedObject,
): Promise<Encoded | undefined> {
  const shown = await writtenForm(call.served, current);
  const old = shown.object;
  const wanted = await options.next(old);
  if (wanted === old) return shown;
  checkUid(call.served.hub, current.key, wanted.metadata, old.metadata);
  checkVersion(call, wanted, current);
  const owned = options.ownersRecorded === true ? wanted : await withOwners(call, wanted, old);
  const prepared = await prepareUpdate(call, owned, old);
  let committed = false;
  try {
    const stored = deletesInstead(call, prepared.object, old)
      ? await removeFinalized(call, prepared.object, current)
      : await storeUpdated(call, prepared.object, current);
    committed = stored !== undefined && !call.dryRun;
    return stored;
  } finally {
    await prepared.finish(committed);
  }
}

function checkVersion({ served, name }: WriteCall, wanted: ApiObject, current: CachedObject): void {
  const given = wanted.metadata.resourceVersion ?? "";
  if (given === "" || given === "0") {
    if (served.hub.unconditionalUpdate) return;
    throw versionRequired(served.resource, name);
  }
  if (given !== String(current.revision)) throw conflict(served.resource, name);
}

/** Built by hand: Go prints the unsigned zero of an absent resourceVersion as 0x0, and names the resource in the place of the kind. */
function versionRequired({ group, plural }: Resource, name: string): StatusError {
  const field = "metadata.resourceVersion";
  const message = "Invalid value: 0x0: must be specified for an update";
  const subject = `${group === "" ? plural : `${plural}.${group}`} ${JSON.stringify(name)}`;
  return new StatusError("Invalid", `${subject} is invalid: ${field}: ${message}`, {
    details: {
      name,
      ...(group === "" ? {} : { group }),
      kind: plural,
      causes: [{ reason: "FieldValueInvalid", message, field }],
    },
  });
}

async function storeUpdated(call: WriteCall, object: ApiObject, current: CachedObject): Promise<Encoded | undefined> {
  const { core, served, signal } = call;
  const cache = cacheOf(served);
  const stored = await storedForm(served, object);
  const value = cache.codec.encode(stored);
  // What is stored in another version is written anew, though it says the same.
  if (current.codec === cache.codec && cache.codec.sameValue(current.json, value)) {
    return await writtenForm(served, current);
  }
  checkSize(core, value);
  if (call.dryRun) {
    const metadata = { ...object.metadata, resourceVersion: String(current.revision) };
    return looseObject(served.hub, { ...object, metadata });
  }
  const write: PendingWrite = { value, object: stored };
  core.watchCache.expect(current.key, write);
  try {
    const options = await commitOptions(core, served.hub, signal);
    const commit = await core.store.commit(current.key, current.revision, value, options, signal);
    if (commit.ok) {
      return await writtenForm(served, core.watchCache.committed(cache, current.key, write, commit.revision));
    }
    core.watchCache.withdraw(current.key, write);
    return undefined;
  } catch (error) {
    core.watchCache.withdraw(current.key, write);
    throw storeRefusal(error);
  }
}

/** The last finalizer of an object that is being deleted is gone: the object goes with it. */
function deletesInstead({ served }: WriteCall, next: ApiObject, old: ApiObject): boolean {
  if ((next.metadata.finalizers?.length ?? 0) > 0 || old.metadata.deletionTimestamp === undefined) return false;
  if ((old.metadata.deletionGracePeriodSeconds ?? 0) !== 0) return false;
  return served.hub.strategy.holds?.(next) !== true;
}

async function removeFinalized(
  call: WriteCall,
  object: ApiObject,
  current: CachedObject,
): Promise<Encoded | undefined> {
  if (!call.dryRun) {
    try {
      const commit = await call.core.store.commit(current.key, current.revision, undefined, {}, call.signal);
      if (!commit.ok && commit.current !== undefined) return undefined;
    } catch (error) {
      throw storeRefusal(error);
    }
  }
  // Clients that updated expect the object back, not a Status.
  const metadata = { ...object.metadata, resourceVersion: String(current.revision) };
  return looseObject(call.served.hub, { ...object, metadata });
}
