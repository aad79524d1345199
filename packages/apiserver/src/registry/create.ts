import { alreadyExists, type ApiObject, type Encoded, isStatus, StatusError } from "@skates/apimachinery";
import { looseObject } from "../watch-cache/cached-object.ts";
import type { PendingWrite } from "../watch-cache/watch-cache.ts";
import { commitOptions, readCurrent, storeRefusal } from "./core.ts";
import { storedForm, writtenForm } from "./exchange.ts";
import { withOwners } from "./managed.ts";
import { admitCreate, prepareCreate } from "./prepare.ts";
import { cacheOf, checkSize } from "./stored.ts";
import type { WriteCall } from "./write-call.ts";

/** With `generateName`, so many names are tried. */
const NAMES_TRIED = 8;

/** Stores a new object, given in the hub version. `ownersRecorded`: its managedFields are right already (server-side apply). */
export async function createObject(call: WriteCall, object: ApiObject, ownersRecorded = false): Promise<Encoded> {
  if ((object.metadata.resourceVersion ?? "") !== "") {
    // Upstream answers so: a plain error of its storage, code 500 without a reason.
    throw new StatusError("", "resourceVersion should not be set on objects to be created", { code: 500 });
  }
  const owned = ownersRecorded ? object : await withOwners(call, object, undefined);
  const admitted = await admitCreate(call, owned);
  const generates = admitted.metadata.name === "" && (admitted.metadata.generateName ?? "") !== "";
  for (let attempt = 1; ; attempt++) {
    try {
      return await createPrepared(call, admitted);
    } catch (error) {
      if (!generates || attempt >= NAMES_TRIED || !isStatus(error, "AlreadyExists")) throw error;
    }
  }
}

async function createPrepared(call: WriteCall, admitted: ApiObject): Promise<Encoded> {
  const prepared = await prepareCreate(call, admitted);
  let committed = false;
  try {
    const stored = await storeCreated(call, prepared.object);
    committed = !call.dryRun;
    return stored;
  } finally {
    await prepared.finish(committed);
  }
}

async function storeCreated(call: WriteCall, object: ApiObject): Promise<Encoded> {
  const { core, served, signal } = call;
  const cache = cacheOf(served);
  const { name, namespace = "" } = object.metadata;
  const key = cache.keyOf(namespace, name);
  const stored = await storedForm(served, object);
  const value = cache.codec.encode(stored);
  checkSize(core, value);
  if (call.dryRun) {
    const current = await readCurrent(core, cache, key, signal);
    if (current !== undefined) throw existing(call, name, current.object);
    return looseObject(served.hub, object);
  }
  const write: PendingWrite = { value, object: stored };
  core.watchCache.expect(key, write);
  try {
    const options = await commitOptions(core, served.hub, signal);
    const commit = await core.store.commit(key, 0, value, options, signal);
    if (commit.ok) return await writtenForm(served, core.watchCache.committed(cache, key, write, commit.revision));
    core.watchCache.withdraw(key, write);
    const current = commit.current === undefined ? undefined : core.watchCache.entryOf(cache, commit.current);
    throw existing(call, name, current?.object);
  } catch (error) {
    core.watchCache.withdraw(key, write);
    throw storeRefusal(error);
  }
}

function existing(call: WriteCall, name: string, current: ApiObject | undefined): StatusError {
  const error = alreadyExists(call.served.resource, name);
  if (current?.metadata.deletionTimestamp === undefined) return error;
  return new StatusError(error.reason, `object is being deleted: ${error.message}`, { details: error.details });
}
