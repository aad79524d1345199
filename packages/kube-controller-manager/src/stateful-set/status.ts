import type { StatefulSet, StatefulSetStatus } from "@skates/api/apps/v1";
import { availableAtMs, revisionOf, runningAndReady, type Slot, terminating, type Versions } from "./slots.ts";

export interface StatusInput {
  readonly set: StatefulSet;
  /** All pods of the set that are there. */
  readonly slots: readonly Slot[];
  readonly versions: Versions;
  readonly collisions: number;
  /** Deleted by this plan for an update. */
  readonly replaced: readonly Slot[];
  readonly nowMs: number;
}

export interface StatusResult {
  readonly status: StatefulSetStatus;
  /** When the next ready pod becomes available. */
  readonly nextAvailableMs: number | undefined;
}

/** What a stateful set has got of what it wants, and how far an update is. */
export function statefulSetStatus(input: StatusInput): StatusResult {
  const { set, slots, versions, nowMs } = input;
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  const counts = { ready: 0, available: 0, current: 0, updated: 0 };
  let nextAvailableMs: number | undefined;
  for (const slot of slots) {
    if (runningAndReady(slot)) counts.ready++;
    const atMs = availableAtMs(slot, minReadySeconds);
    if (atMs !== undefined && atMs <= nowMs) counts.available++;
    else if (atMs !== undefined) nextAvailableMs = Math.min(atMs, nextAvailableMs ?? atMs);
    if (terminating(slot) || input.replaced.includes(slot)) continue;
    if (revisionOf(slot) === versions.current.name) counts.current++;
    if (revisionOf(slot) === versions.update.name) counts.updated++;
  }
  const status: StatefulSetStatus = {
    observedGeneration: set.metadata.generation,
    replicas: slots.length,
    readyReplicas: absentIfZero(counts.ready),
    availableReplicas: absentIfZero(counts.available),
    currentReplicas: absentIfZero(counts.current),
    updatedReplicas: absentIfZero(counts.updated),
    currentRevision: versions.current.name,
    updateRevision: versions.update.name,
    collisionCount: input.collisions,
    conditions: set.status?.conditions,
  };
  return { status: updateComplete(set, status) ? completed(status) : status, nextAvailableMs };
}

/** Zero is written as absence where the field does not tell them apart. */
function absentIfZero(count: number): number | undefined {
  return count === 0 ? undefined : count;
}

/** True if all pods are there, ready and of the new revision. */
function updateComplete({ spec }: StatefulSet, status: StatefulSetStatus): boolean {
  const wanted = spec.replicas ?? 1;
  return (
    (spec.updateStrategy?.type ?? "RollingUpdate") === "RollingUpdate" &&
    (status.updatedReplicas ?? 0) === wanted &&
    (status.readyReplicas ?? 0) === wanted &&
    status.replicas === wanted
  );
}

function completed(status: StatefulSetStatus): StatefulSetStatus {
  return { ...status, currentReplicas: status.updatedReplicas, currentRevision: status.updateRevision };
}
