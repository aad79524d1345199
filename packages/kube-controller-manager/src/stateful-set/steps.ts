import { intOrPercent } from "@skates/apimachinery";
import type { StatefulSet } from "@skates/api/apps/v1";
import { type PersistentVolumeClaim, pods } from "@skates/api/core/v1";
import { type Action, creation, deletion, type Lister } from "@skates/controller-runtime";
import { podEnded } from "../pod/pod-state.ts";
import { claimsAreStale, createClaims, leavingClaims, ownClaims, type SlotClaims } from "./claims.ts";
import { identityLabels, POD_NAME } from "./identity.ts";
import { availableAtMs, revisionOf, type Slot, type Slots, terminating } from "./slots.ts";

export interface StepInput extends Slots {
  readonly set: StatefulSet;
  readonly claims: Lister<PersistentVolumeClaim>;
  /** Name of the revision that is being rolled out. */
  readonly updateRevision: string;
  readonly nowMs: number;
}

export interface Steps {
  /** Claims come before pods. */
  readonly claims: readonly Action[];
  readonly pods: readonly Action[];
  /** The pods that are deleted to come back in another form. */
  readonly replaced: readonly Slot[];
}

/** What can be done for the pods of a set now: first all that are missing, then those that are too many, then an update. */
export function stepsOf(input: StepInput): Steps {
  const ordered = input.set.spec.podManagementPolicy !== "Parallel";
  const claims: Action[] = [];
  const actions: Action[] = [];
  const steps = (replaced: readonly Slot[] = []): Steps => ({ claims, pods: actions, replaced });
  if (input.set.metadata.deletionTimestamp !== undefined) return steps();
  for (const slot of input.replicas) {
    const step = replicaStep(input, slot);
    claims.push(...step.claims);
    actions.push(...step.pods);
    if (step.wait && ordered) return steps();
  }
  for (const slot of input.condemned) claims.push(...ownClaims(slotClaims(input, slot), true));
  const unavailable = firstUnavailable(input);
  for (const slot of input.condemned) {
    const waits = terminating(slot) || (unavailable !== undefined && slot !== unavailable && !available(input, slot));
    if (!terminating(slot) && (!ordered || !waits)) actions.push(deletePod(input.set, slot));
    if (ordered) return steps();
  }
  const replaced = replacedBy(input);
  for (const slot of replaced) actions.push(deletePod(input.set, slot));
  return steps(replaced);
}

interface ReplicaStep {
  readonly claims: readonly Action[];
  readonly pods: readonly Action[];
  /** The next pod comes only after this one. */
  readonly wait: boolean;
}

function replicaStep(input: StepInput, slot: Slot): ReplicaStep {
  const { set } = input;
  const own = slotClaims(input, slot);
  if (slot.created && podEnded(slot.pod)) {
    // Also one that succeeded: how a pod ends says little when its node was stopped.
    return { claims: [], pods: terminating(slot) ? [] : [deletePod(set, slot)], wait: true };
  }
  if (!slot.created) {
    if (claimsAreStale(own)) return { claims: [], pods: [], wait: true };
    const leaving = leavingClaims(own);
    if (leaving.length > 0) return { claims: [], pods: [tellLeaving(set, slot, leaving)], wait: true };
    return { claims: createClaims(own), pods: [createPod(set, slot)], wait: true };
  }
  const missing = slot.pod.status?.phase === "Pending" ? createClaims(own) : [];
  const wait = terminating(slot) || !available(input, slot);
  if (wait && set.spec.podManagementPolicy !== "Parallel") return { claims: missing, pods: [], wait };
  return { claims: [...missing, ...ownClaims(own, false)], pods: labelPod(set, slot), wait };
}

function slotClaims({ set, claims }: StepInput, slot: Slot): SlotClaims {
  return { set, slot, lister: claims };
}

function available({ set, nowMs }: StepInput, slot: Slot): boolean {
  const atMs = availableAtMs(slot, set.spec.minReadySeconds ?? 0);
  return atMs !== undefined && atMs <= nowMs;
}

/** Of the pods that do not do their work the one with the lowest number: it may go even in order. */
function firstUnavailable(input: StepInput): Slot | undefined {
  const missing = (slot: Slot): boolean => terminating(slot) || !available(input, slot);
  return input.replicas.find(missing) ?? input.condemned.findLast(missing);
}

/** The pods that are not of the new revision and may go now, the last first. */
function replacedBy(input: StepInput): readonly Slot[] {
  const { set, replicas, updateRevision } = input;
  const { type = "RollingUpdate", rollingUpdate } = set.spec.updateStrategy ?? {};
  if (type !== "RollingUpdate") return [];
  const partition = replicas.slice(rollingUpdate?.partition ?? 0).reverse();
  const old = (slot: Slot): boolean => revisionOf(slot) !== updateRevision && !terminating(slot);
  const working = (slot: Slot): boolean => !terminating(slot) && available(input, slot);
  const { maxUnavailable } = rollingUpdate ?? {};
  if (maxUnavailable === undefined) {
    // One, once all after it are available again.
    const next = partition.find((slot) => old(slot) || !working(slot));
    return next !== undefined && old(next) ? [next] : [];
  }
  let left = Math.max(intOrPercent(maxUnavailable, replicas.length, false), 1);
  left -= replicas.filter((slot) => !working(slot)).length;
  // Old pods that do no work are missed by nobody: they would hold the update up.
  return partition.filter((slot) => old(slot) && (!working(slot) || left-- > 0));
}

function createPod(set: StatefulSet, { pod }: Slot): Action {
  return creation(pods, pod, announce(set, "create", pod.metadata.name));
}

function deletePod(set: StatefulSet, { pod }: Slot): Action {
  return deletion(pods, pod, { announce: announce(set, "delete", pod.metadata.name) });
}

/** Gives a pod the labels back by which services find it. */
function labelPod(set: StatefulSet, { pod, ordinal }: Slot): readonly Action[] {
  const labels = identityLabels(set, ordinal);
  if (pod.metadata.labels?.[POD_NAME] === labels[POD_NAME]) return [];
  const { namespace, name, uid } = pod.metadata;
  const body = { metadata: { uid, labels } };
  const patch = { type: "strategic", body } as const;
  return [{ do: "patch", resource: pods, key: { namespace, name }, patch, announce: announce(set, "update", name) }];
}

function tellLeaving(set: StatefulSet, { pod }: Slot, claims: readonly string[]): Action {
  const why = claims.map((name) => `pvc ${name} is being deleted`).join(", ");
  const error = claims.length > 1 ? `[${why}]` : why;
  const message = `Create Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} failed error: ${error}`;
  return { do: "event", about: set, type: "Warning", reason: "FailedCreate", message };
}

const VERBS = { create: "Create", delete: "Delete", update: "Update" } as const;

function announce(set: StatefulSet, verb: keyof typeof VERBS, pod: string) {
  const message = `${VERBS[verb]} Pod ${pod} in StatefulSet ${set.metadata.name} successful`;
  return { about: set, type: "Normal", reason: `Successful${VERBS[verb]}`, message } as const;
}
