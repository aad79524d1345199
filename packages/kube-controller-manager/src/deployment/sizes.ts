import { intOrPercent } from "@skates/apimachinery";
import type { Deployment, ReplicaSet } from "@skates/api/apps/v1";
import { DESIRED_REPLICAS, MAX_REPLICAS, numberIn } from "./annotations.ts";

/** How many pods a deployment may have and must have while it changes. */
export interface Bounds {
  readonly desired: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** The bounds of a deployment. Never both zero, as nothing could move then. */
export function boundsOf(deployment: Deployment): Bounds {
  const desired = deployment.spec.replicas ?? 1;
  const { strategy } = deployment.spec;
  if (strategy?.type === "Recreate" || desired === 0)
    return { desired, maxSurge: surge(deployment, desired), maxUnavailable: 0 };
  const maxSurge = surge(deployment, desired);
  const allowed = intOrPercent(strategy?.rollingUpdate?.maxUnavailable ?? "25%", desired, false);
  const maxUnavailable = maxSurge === 0 && allowed === 0 ? 1 : allowed;
  return { desired, maxSurge, maxUnavailable: Math.min(maxUnavailable, desired) };
}

function surge({ spec: { strategy } }: Deployment, desired: number): number {
  return strategy?.type === "Recreate" ? 0 : intOrPercent(strategy?.rollingUpdate?.maxSurge ?? "25%", desired, true);
}

/** Sum of the pods that sets want. */
export function wanted(sets: readonly ReplicaSet[]): number {
  return sum(sets, (set) => set.spec.replicas ?? 1);
}

/** Sum over sets. */
export function sum(sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number | undefined): number {
  return sets.reduce((total, set) => total + (count(set) ?? 0), 0);
}

/** To which size the newest set may grow now; `sets` are all, the newest included. */
export function newSetSize(deployment: Deployment, sets: readonly ReplicaSet[], newest: ReplicaSet): number {
  const { desired, maxSurge } = boundsOf(deployment);
  if (deployment.spec.strategy?.type === "Recreate") return desired;
  const size = newest.spec.replicas ?? 1;
  const room = desired + maxSurge - wanted(sets);
  return room <= 0 ? size : size + Math.min(room, desired - size);
}

/** How much of a change of `total` pods falls to one set when a rollout is scaled, given what others took. */
export function proportion(
  set: ReplicaSet,
  deployment: Deployment,
  { total, taken }: { readonly total: number; readonly taken: number },
): number {
  if ((set.spec.replicas ?? 1) === 0 || total === 0 || total === taken) return 0;
  const fraction = sizeFraction(set, deployment);
  const allowed = total - taken;
  return total > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed);
}

function sizeFraction(set: ReplicaSet, deployment: Deployment): number {
  const size = set.spec.replicas ?? 1;
  const { desired, maxSurge } = boundsOf(deployment);
  if (desired === 0) return -size;
  const before = numberIn(set, MAX_REPLICAS) || deployment.status?.replicas || 0;
  if (before === 0) return 0;
  return Math.round((size * (desired + maxSurge)) / before) - size;
}

/** True if the newest set has all that the deployment wants, and knows it. */
export function saturated(deployment: Deployment, newest: ReplicaSet | undefined): boolean {
  if (newest === undefined) return false;
  const { desired } = boundsOf(deployment);
  return (
    newest.spec.replicas === desired &&
    numberIn(newest, DESIRED_REPLICAS) === desired &&
    (newest.status?.availableReplicas ?? 0) === desired
  );
}
