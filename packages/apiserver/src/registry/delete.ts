import {
  type ApiObject,
  conflict,
  type DeleteOptions,
  type Encoded,
  formatTime,
  notFound,
  parseTime,
  type Status,
} from "@skates/apimachinery";
import { mutateByAdmission, validateByAdmission } from "../admission.ts";
import { type CachedObject, looseObject } from "../watch-cache/cached-object.ts";
import type { PendingWrite } from "../watch-cache/watch-cache.ts";
import { readCurrent, storeRefusal } from "./core.ts";
import { writtenForm } from "./exchange.ts";
import { cacheOf } from "./stored.ts";
import { admissionAttributes, type WriteCall } from "./write-call.ts";

const ATTEMPTS = 100;
const ORPHAN = "orphan";
const FOREGROUND = "foregroundDeletion";

/** How a deletion ended: the object is gone, or it stays for now and is marked. */
export interface Deleted {
  readonly gone: boolean;
  /** The last state; answered when it stays, and for kinds that return what was deleted. */
  readonly object: Encoded;
}

/** Deletes an object, or marks it as being deleted when finalizers or a grace period hold it. */
export async function deleteObject(call: WriteCall, options: DeleteOptions): Promise<Deleted> {
  const { core, served, signal } = call;
  const cache = cacheOf(served);
  const key = cache.keyOf(call.namespace, call.name);
  let admitted = false;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const current = await readCurrent(core, cache, key, signal);
    if (current === undefined) throw notFound(served.resource, call.name);
    checkPreconditions(call, options, current);
    if (!admitted) {
      const { object: old } = await writtenForm(served, current);
      const attributes = admissionAttributes(call, "DELETE", { object: undefined, old });
      await mutateByAdmission(call.admission, attributes, signal);
      await validateByAdmission(call.admission, attributes, signal);
      admitted = true;
    }
    const deleted = await carryOut(call, planDeletion(call, options, current.object), current);
    if (deleted !== undefined) return deleted;
  }
  throw conflict(served.resource, call.name);
}

/** Go's zero of absent preconditions is nil: only what was sent counts. */
function checkPreconditions(
  { served, name }: WriteCall,
  { preconditions }: DeleteOptions,
  current: CachedObject,
): void {
  const resource = { group: served.resource.group, plural: served.resource.kind };
  const uid = current.object.metadata.uid ?? "";
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
    const cause = `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
    throw conflict(resource, name, cause);
  }
  const version = String(current.revision);
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== version) {
    const cause = `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${version}). The object might have been modified`;
    throw conflict(resource, name, cause);
  }
}

type DeletionPlan =
  | { readonly do: "remove" }
  /** Nothing to change: it is being deleted, and not sooner than it was. */
  | { readonly do: "wait" }
  | { readonly do: "mark"; readonly object: ApiObject };

/** What a deletion does to an object, by upstream's rules on finalizers and grace periods. */
function planDeletion(call: WriteCall, options: DeleteOptions, old: ApiObject): DeletionPlan {
  const { strategy } = call.served.hub;
  const grace = planGrace(call, options, old);
  if (grace === "pending") return { do: "wait" };
  const finalizers = finalizersFor(call, options, grace ?? old);
  const withFinalizers = (object: ApiObject): ApiObject =>
    finalizers === object.metadata.finalizers ? object : { ...object, metadata: { ...object.metadata, finalizers } };
  const held = (finalizers?.length ?? 0) > 0 || strategy.holds?.(old) === true;
  if (grace !== undefined) {
    // A grace period of zero, or one that has been cut to zero, ends with the object unless finalizers hold it.
    if ((grace.metadata.deletionGracePeriodSeconds ?? 0) === 0 && !held) return { do: "remove" };
    return { do: "mark", object: strategy.markDeleting?.(withFinalizers(grace)) ?? withFinalizers(grace) };
  }
  if (!held) return { do: "remove" };
  const marked = withFinalizers(markDeleting(old, call.nowMs));
  return marked === old ? { do: "wait" } : { do: "mark", object: strategy.markDeleting?.(marked) ?? marked };
}

/** The object with the time of its end; undefined: its kind has no grace period here; "pending": it ends soon enough already. */
function planGrace(call: WriteCall, options: DeleteOptions, old: ApiObject): ApiObject | "pending" | undefined {
  const { strategy } = call.served.hub;
  if (strategy.graceSeconds === undefined) return undefined;
  const asked = options.gracePeriodSeconds === undefined ? undefined : Number(options.gracePeriodSeconds);
  const wanted = asked !== undefined && asked < 0 ? 1 : asked;
  const { deletionTimestamp, deletionGracePeriodSeconds, generation } = old.metadata;
  if (deletionTimestamp === undefined) {
    const seconds = strategy.graceSeconds(old, { ...options, gracePeriodSeconds: wanted });
    if (seconds === undefined) return undefined;
    const raised = generation === undefined || generation === 0 ? generation : generation + 1;
    return endingAt(old, call.nowMs + seconds * 1000, { seconds, generation: raised });
  }
  const current = deletionGracePeriodSeconds ?? 0;
  if (current === 0) return undefined;
  if (wanted === undefined || wanted >= current) return "pending";
  const endMs = parseTime(deletionTimestamp) + (wanted - current) * 1000;
  if (endMs >= call.nowMs) return endingAt(old, endMs, { seconds: wanted, generation });
  // The shortened time is over: end now, but let the owner of a graceful deletion see it.
  return endingAt(old, call.nowMs, { seconds: wanted === 0 ? 0 : 1, generation });
}

function endingAt(
  old: ApiObject,
  endMs: number,
  { seconds, generation }: { readonly seconds: number; readonly generation: number | undefined },
): ApiObject {
  const deletionTimestamp = formatTime(endMs);
  return { ...old, metadata: { ...old.metadata, deletionTimestamp, deletionGracePeriodSeconds: seconds, generation } };
}

function markDeleting(old: ApiObject, nowMs: number): ApiObject {
  const { deletionTimestamp, deletionGracePeriodSeconds, generation } = old.metadata;
  if (deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0) return old;
  const raised =
    generation === undefined || generation === 0 || deletionTimestamp !== undefined ? generation : generation + 1;
  return endingAt(old, deletionTimestamp === undefined ? nowMs : parseTime(deletionTimestamp), {
    seconds: 0,
    generation: raised,
  });
}

/** Finalizers with those that the way of deleting dependents asks for. The same array when nothing changes. */
function finalizersFor(call: WriteCall, options: DeleteOptions, object: ApiObject): readonly string[] | undefined {
  const { finalizers } = object.metadata;
  const kept = (finalizers ?? []).filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  const wanted = [...kept];
  if (shouldOrphan(call, options, finalizers)) wanted.push(ORPHAN);
  if (shouldWaitForDependents(call, options, finalizers)) wanted.push(FOREGROUND);
  const same = wanted.length === (finalizers ?? []).length && wanted.every((name) => finalizers?.includes(name));
  return same ? finalizers : wanted;
}

function shouldOrphan(call: WriteCall, options: DeleteOptions, finalizers: readonly string[] | undefined): boolean {
  const policy = call.served.hub.strategy.dependents ?? "Delete";
  if (policy === "None") return false;
  if (options.orphanDependents !== undefined) return options.orphanDependents;
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === "Orphan";
  if (finalizers?.includes(ORPHAN) === true) return true;
  if (finalizers?.includes(FOREGROUND) === true) return false;
  return policy === "Orphan";
}

function shouldWaitForDependents(
  call: WriteCall,
  options: DeleteOptions,
  finalizers: readonly string[] | undefined,
): boolean {
  if (call.served.hub.strategy.dependents === "None" || options.orphanDependents !== undefined) return false;
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === "Foreground";
  return finalizers?.includes(FOREGROUND) === true && !finalizers.includes(ORPHAN);
}

/** Undefined: the object changed meanwhile. */
async function carryOut(call: WriteCall, plan: DeletionPlan, current: CachedObject): Promise<Deleted | undefined> {
  if (plan.do === "wait") return { gone: false, object: await writtenForm(call.served, current) };
  if (plan.do === "remove") {
    if (call.dryRun) return { gone: true, object: current };
    const revision = await commit(call, current, undefined);
    return revision === undefined ? undefined : { gone: true, object: current };
  }
  if (call.dryRun) {
    const { object: shown } = await writtenForm(call.served, current);
    const object = shown === current.object ? plan.object : { ...shown, metadata: plan.object.metadata };
    return { gone: false, object: looseObject(call.served.hub, object) };
  }
  const { core, served } = call;
  const cache = cacheOf(served);
  // In the version that it is stored in, whichever that is: a deletion changes metadata only.
  const value = current.codec.encode(plan.object);
  const write: PendingWrite = { value, object: plan.object };
  core.watchCache.expect(current.key, write);
  let revision: number | undefined;
  try {
    revision = await commit(call, current, value);
  } finally {
    if (revision === undefined) core.watchCache.withdraw(current.key, write);
  }
  if (revision === undefined) return undefined;
  const marked = core.watchCache.committed(cache, current.key, write, revision);
  return { gone: false, object: await writtenForm(served, marked) };
}

async function commit(
  call: WriteCall,
  current: CachedObject,
  value: Uint8Array | undefined,
): Promise<number | undefined> {
  try {
    const done = await call.core.store.commit(current.key, current.revision, value, {}, call.signal);
    return done.ok ? done.revision : undefined;
  } catch (error) {
    throw storeRefusal(error);
  }
}

/** The answer for an object that is gone. */
export function deletedStatus(call: WriteCall, object: ApiObject): Omit<Status, "code"> {
  const { group, plural } = call.served.resource;
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: {
      name: object.metadata.name,
      ...(group === "" ? {} : { group }),
      kind: plural,
      uid: object.metadata.uid,
    },
  };
}
