import { formatTime, parseTime } from "@skates/apimachinery";
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from "@skates/api/apps/v1";
import { conditionOf, withCondition, withoutCondition } from "../condition.ts";
import type { Rollout } from "./rollout.ts";
import { boundsOf, sum, wanted } from "./sizes.ts";

/** This many seconds mean that there is no deadline. */
const NO_DEADLINE = 2_147_483_647;

/** Seconds in which a rollout must get on; undefined: no limit. */
export function progressDeadline(deployment: Deployment): number | undefined {
  const seconds = deployment.spec.progressDeadlineSeconds;
  return seconds === undefined || seconds === NO_DEADLINE ? undefined : seconds;
}

export interface ConditionText {
  readonly type: "Available" | "Progressing" | "ReplicaFailure";
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
}

/** A condition as of now. */
export function newCondition(text: ConditionText, nowMs: number): DeploymentCondition {
  const now = formatTime(nowMs);
  return { ...text, lastUpdateTime: now, lastTransitionTime: now };
}

/** The status by what the sets report; conditions but Available are left as `conditions` has them. */
export function countedStatus(
  rollout: Rollout,
  conditions: readonly DeploymentCondition[],
  nowMs: number,
): DeploymentStatus {
  const { deployment } = rollout;
  const sets = rollout.all();
  const newest = rollout.newest();
  const { desired, maxUnavailable } = boundsOf(deployment);
  const replicas = sum(sets, (set) => set.status?.replicas);
  const available = sum(sets, (set) => set.status?.availableReplicas);
  const enough = available >= desired - maxUnavailable;
  const condition = newCondition(enough ? AVAILABLE : UNAVAILABLE, nowMs);
  return {
    observedGeneration: deployment.metadata.generation,
    replicas: positive(replicas),
    updatedReplicas: positive(newest?.status?.replicas ?? 0),
    readyReplicas: positive(sum(sets, (set) => set.status?.readyReplicas)),
    availableReplicas: positive(available),
    // Of those that are wanted, whether they are there or not: a set that may make no pods has unavailable ones.
    unavailableReplicas: positive(wanted(sets) - available),
    terminatingReplicas: terminating(sets),
    conditions: withCondition(conditions, condition),
    collisionCount: deployment.status?.collisionCount,
  };
}

const AVAILABLE: ConditionText = {
  type: "Available",
  status: "True",
  reason: "MinimumReplicasAvailable",
  message: "Deployment has minimum availability.",
};
const UNAVAILABLE: ConditionText = {
  type: "Available",
  status: "False",
  reason: "MinimumReplicasUnavailable",
  message: "Deployment does not have minimum availability.",
};

/** Zero is the same as absence in most counts. */
function positive(count: number): number | undefined {
  return count > 0 ? count : undefined;
}

/** Unknown as long as one set has not said. */
function terminating(sets: readonly ReplicaSet[]): number | undefined {
  const known = sets.every((set) => set.status?.terminatingReplicas !== undefined);
  return known ? sum(sets, (set) => set.status?.terminatingReplicas) : undefined;
}

/** The status with how the rollout gets on. `before` is the status that the deployment has, with conditions set by this plan. */
export function rolloutStatus(rollout: Rollout, before: DeploymentStatus, nowMs: number): DeploymentStatus {
  const { deployment } = rollout;
  const status = countedStatus(rollout, before.conditions ?? [], nowMs);
  let conditions = status.conditions ?? [];
  if (progressDeadline(deployment) === undefined) conditions = withoutCondition(conditions, "Progressing");
  else conditions = progressConditions(rollout, { before, status }, nowMs);
  const failure = replicaFailure(rollout);
  conditions =
    failure === undefined ? withoutCondition(conditions, "ReplicaFailure") : withCondition(conditions, failure);
  return { ...status, conditions };
}

interface Statuses {
  readonly before: DeploymentStatus;
  readonly status: DeploymentStatus;
}

function progressConditions(rollout: Rollout, statuses: Statuses, nowMs: number): readonly DeploymentCondition[] {
  const { before, status } = statuses;
  const conditions = status.conditions ?? [];
  const current = conditionOf(before.conditions, "Progressing");
  const settled =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === "NewReplicaSetAvailable";
  if (settled) return conditions;
  const newest = rollout.newest();
  const what =
    newest === undefined
      ? `Deployment ${JSON.stringify(rollout.deployment.metadata.name)}`
      : `ReplicaSet ${JSON.stringify(newest.metadata.name)}`;
  if (complete(rollout.deployment, status)) {
    const message = `${what} has successfully progressed.`;
    const text: ConditionText = { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable", message };
    return withCondition(conditions, newCondition(text, nowMs));
  }
  if (progressing(before, status)) {
    const text: ConditionText = {
      type: "Progressing",
      status: "True",
      reason: "ReplicaSetUpdated",
      message: `${what} is progressing.`,
    };
    const next = newCondition(text, nowMs);
    // Put anew, so that the time of the update shows the last progress.
    const since = current?.status === "True" ? current.lastTransitionTime : next.lastTransitionTime;
    return [...withoutCondition(conditions, "Progressing"), { ...next, lastTransitionTime: since }];
  }
  if (timedOut(rollout.deployment, conditions, nowMs)) {
    const message = `${what} has timed out progressing.`;
    const text: ConditionText = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message };
    return withCondition(conditions, newCondition(text, nowMs));
  }
  return conditions;
}

/** True if all pods are of the newest set and available, and nothing has changed since. */
export function complete(deployment: Deployment, status: DeploymentStatus): boolean {
  const desired = deployment.spec.replicas ?? 1;
  return (
    (status.updatedReplicas ?? 0) === desired &&
    (status.replicas ?? 0) === desired &&
    (status.availableReplicas ?? 0) === desired &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function progressing(before: DeploymentStatus, status: DeploymentStatus): boolean {
  const oldPods = (of: DeploymentStatus): number => (of.replicas ?? 0) - (of.updatedReplicas ?? 0);
  return (
    (status.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    oldPods(status) < oldPods(before) ||
    (status.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function timedOut(deployment: Deployment, conditions: readonly DeploymentCondition[], nowMs: number): boolean {
  const condition = conditionOf(conditions, "Progressing");
  const deadline = progressDeadline(deployment);
  if (condition === undefined || deadline === undefined || condition.reason === "NewReplicaSetAvailable") return false;
  if (condition.reason === "ProgressDeadlineExceeded") return true;
  return condition.lastUpdateTime !== undefined && parseTime(condition.lastUpdateTime) + deadline * 1000 < nowMs;
}

function replicaFailure(rollout: Rollout): DeploymentCondition | undefined {
  const newest = rollout.newest();
  const sets = newest === undefined ? rollout.old() : [newest, ...rollout.old()];
  for (const set of sets) {
    const failure = conditionOf(set.status?.conditions, "ReplicaFailure");
    if (failure === undefined) continue;
    return { ...failure, lastUpdateTime: failure.lastTransitionTime };
  }
  return undefined;
}

/** In how many ms the rollout may have run out of time; undefined: it has a verdict, or there is no limit. */
export function msToDeadline(deployment: Deployment, status: DeploymentStatus, nowMs: number): number | undefined {
  const deadline = progressDeadline(deployment);
  const condition = conditionOf(status.conditions, "Progressing");
  if (deadline === undefined || condition?.lastUpdateTime === undefined) return undefined;
  if (complete(deployment, status) || condition.reason === "ProgressDeadlineExceeded") return undefined;
  if (condition.reason === "NewReplicaSetAvailable") return undefined;
  return Math.max(parseTime(condition.lastUpdateTime) + deadline * 1000 - nowMs, 0) + 1000;
}
