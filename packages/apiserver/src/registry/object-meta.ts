import {
  type ApiObject,
  badRequest,
  conflict,
  equalValues,
  formatTime,
  type ObjectMeta,
  type OwnerReference,
  type Resource,
} from "@skates/apimachinery";
import { nameSuffix, type Random, uuid } from "@skates/component-base";

const GENERATED_LENGTH_MAX = 63 - 5;

/** Takes over the namespace of the request; throws BadRequest when the object says another one. */
export function withNamespace(resource: Resource, namespace: string, object: ApiObject): ApiObject {
  const own = object.metadata.namespace ?? "";
  const wanted = resource.namespaced ? namespace : "";
  if (own === wanted) return object;
  if (own !== "") {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  return { ...object, metadata: { ...object.metadata, namespace: wanted } };
}

/** What the server alone says about a new object. Names are made here, so that another attempt gets another name. */
export function createdMeta(
  meta: ObjectMeta,
  at: { readonly nowMs: number; readonly uids: Random; readonly names: Random },
): ObjectMeta {
  const name =
    meta.name === "" && meta.generateName !== undefined ? generatedName(meta.generateName, at.names) : meta.name;
  return {
    ...meta,
    name,
    uid: uuid(at.uids),
    creationTimestamp: formatTime(at.nowMs),
    selfLink: undefined,
    resourceVersion: undefined,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
  };
}

/** A name with this beginning, at most 63 characters. */
function generatedName(base: string, names: Random): string {
  return base.slice(0, GENERATED_LENGTH_MAX) + nameSuffix(names);
}

/** What an update cannot change. A client may leave out what it need not know. */
export function updatedMeta(next: ObjectMeta, old: ObjectMeta): ObjectMeta {
  return {
    ...next,
    selfLink: undefined,
    generation: old.generation,
    resourceVersion: old.resourceVersion,
    uid: next.uid === undefined || next.uid === "" ? old.uid : next.uid,
    creationTimestamp: old.creationTimestamp ?? next.creationTimestamp,
    deletionTimestamp: old.deletionTimestamp ?? next.deletionTimestamp,
    deletionGracePeriodSeconds: next.deletionGracePeriodSeconds ?? old.deletionGracePeriodSeconds,
  };
}

/** Throws Conflict when the client means an object that is gone. */
export function checkUid(resource: Resource, key: string, next: ObjectMeta, old: ObjectMeta): void {
  if (next.uid === undefined || next.uid === "" || next.uid === old.uid) return;
  throw conflict(
    resource,
    old.name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ` +
      `Precondition failed: UID in precondition: ${next.uid}, UID in object meta: ${old.uid ?? ""}`,
  );
}

/** Without repeated owners; `warn` is told which. */
export function withoutDuplicateOwners(meta: ObjectMeta, warn: (text: string) => void): ObjectMeta {
  const owners = meta.ownerReferences;
  if (owners === undefined || owners.length < 2) return meta;
  const isFirst = (owner: OwnerReference, i: number): boolean =>
    owners.findIndex((other) => equalValues(other, owner)) === i;
  const ownerReferences = owners.filter(isFirst);
  if (ownerReferences.length === owners.length) return meta;
  const repeated = owners.filter((owner, i) => !isFirst(owner, i)).map(({ uid }) => uid);
  warn(
    "metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such " +
      `requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${repeated.join(", ")}`,
  );
  return { ...meta, ownerReferences };
}
