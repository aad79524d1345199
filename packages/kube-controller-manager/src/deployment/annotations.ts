import type { ApiObject } from "@skates/apimachinery";
import type { Deployment, ReplicaSet } from "@skates/api/apps/v1";

/** Names and meanings are upstream's: kubectl reads them. */
export const REVISION = "deployment.kubernetes.io/revision";
const REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
export const DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
export const MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";
export const HASH_LABEL = "pod-template-hash";

/** Asks for an earlier revision, by its number. */
export const ROLLBACK_TO = "deprecated.deployment.rollback.to";

/** Of a deployment's annotations, those that say nothing of its replica sets. */
const NOT_COPIED = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  ROLLBACK_TO,
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
]);
const HISTORY_CHARS_MAX = 2000;

/** True for annotations that a deployment does not share with its sets. */
export function aboutDeployment(annotation: string): boolean {
  return NOT_COPIED.has(annotation);
}

type Annotations = Readonly<Record<string, string>>;

/** The revision of a replica set or deployment, of 64 bits; 0 without one. */
export function revisionOf(object: ApiObject): bigint {
  const text = object.metadata.annotations?.[REVISION] ?? "";
  if (!/^[-+]?\d{1,19}$/.test(text)) return 0n;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : 0n;
}

/** The whole number in an annotation. */
export function numberIn(object: ApiObject, annotation: string): number | undefined {
  const text = object.metadata.annotations?.[annotation];
  if (text === undefined || !/^-?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The annotations of a deployment's newest replica set, with what it takes over from the deployment and its revision. */
export function newSetAnnotations(deployment: Deployment, set: ReplicaSet, revision: bigint): Annotations {
  const old = set.metadata.annotations ?? {};
  const out: Record<string, string> = { ...old };
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!aboutDeployment(name)) out[name] = value;
  }
  const oldRevision = revisionOf(set);
  if (oldRevision >= revision) return out;
  out[REVISION] = String(revision);
  if (old[REVISION] !== undefined) out[REVISION_HISTORY] = history(old[REVISION_HISTORY], old[REVISION]);
  return out;
}

/** Revisions that the set had before, oldest dropped when they become too many. */
function history(before: string | undefined, revision: string): string {
  const revisions = before === undefined || before === "" ? [] : before.split(",");
  revisions.push(revision);
  while (revisions.join(",").length > HISTORY_CHARS_MAX) revisions.shift();
  return revisions.join(",");
}

/** The annotations by which a later scaling knows the size that this set was part of. */
export function sizeAnnotations(annotations: Annotations, desired: number, max: number): Annotations {
  return { ...annotations, [DESIRED_REPLICAS]: String(desired), [MAX_REPLICAS]: String(max) };
}
