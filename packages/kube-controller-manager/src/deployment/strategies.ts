import type { ReplicaSet } from "@skates/api/apps/v1";
import type { Pod } from "@skates/api/core/v1";
import type { Lister } from "@skates/controller-runtime";
import { podEnded } from "../pod/pod-state.ts";
import { ensureNewest } from "./new-set.ts";
import { byAge, type Rollout } from "./rollout.ts";
import { boundsOf, newSetSize, proportion, saturated, sum, wanted } from "./sizes.ts";

/** Grows the newest set and shrinks the others within the bounds. Returns the newest set's revision. */
export function rollingUpdate(rollout: Rollout): bigint | undefined {
  const revision = ensureNewest(rollout, true);
  const newest = rollout.newest();
  if (newest === undefined || rollout.creating()) return revision;
  if (!scaleNewest(rollout, newest)) scaleOld(rollout, newest);
  return revision;
}

/** Ends all old pods before it makes the first new one. Returns the newest set's revision. */
export function recreate(rollout: Rollout, pods: Lister<Pod>): bigint | undefined {
  let shrunk = false;
  for (const set of active(rollout.old())) shrunk = rollout.scale(set, 0) || shrunk;
  if (shrunk || oldPodsRun(rollout, pods)) return ensureNewest(rollout, false);
  const revision = ensureNewest(rollout, true);
  const newest = rollout.newest();
  if (newest !== undefined && !rollout.creating()) scaleNewest(rollout, newest);
  return revision;
}

/** Brings the sets to a changed size without rolling out: in proportion, while several have pods. */
export function rescale(rollout: Rollout): void {
  const { deployment } = rollout;
  const { desired, maxSurge } = boundsOf(deployment);
  const only = activeOrLatest(rollout);
  if (only !== undefined) {
    // Also where the size is right already: a set that knows of another size would hold up every rollout.
    rollout.scale(only, desired);
    return;
  }
  if (saturated(deployment, rollout.newest())) {
    for (const set of active(rollout.old())) rollout.scale(set, 0);
    return;
  }
  if (deployment.spec.strategy?.type === "Recreate") return;
  const sets = active(rollout.all());
  const total = (desired > 0 ? desired + maxSurge : 0) - wanted(sets);
  const sorted = [...sets].sort(total > 0 ? largestNewestFirst : largestOldestFirst);
  let taken = 0;
  const sizes = sorted.map((set) => {
    const part = proportion(set, deployment, { total, taken });
    taken += part;
    return (set.spec.replicas ?? 1) + part;
  });
  for (const [i, set] of sorted.entries()) {
    // What rounding left over goes to the first.
    const size = (sizes[i] ?? 0) + (i === 0 ? total - taken : 0);
    rollout.scale(set, Math.max(size, 0));
  }
}

/** True if its size changes. */
function scaleNewest(rollout: Rollout, newest: ReplicaSet): boolean {
  const { desired } = boundsOf(rollout.deployment);
  const size = newest.spec.replicas ?? 1;
  if (size === desired) return false;
  const target = size > desired ? desired : newSetSize(rollout.deployment, rollout.all(), newest);
  return target !== size && rollout.scale(newest, target);
}

function scaleOld(rollout: Rollout, newest: ReplicaSet): void {
  const { desired, maxUnavailable } = boundsOf(rollout.deployment);
  const old = active(rollout.old());
  if (old.length === 0) return;
  const unavailable = (newest.spec.replicas ?? 1) - (newest.status?.availableReplicas ?? 0);
  const room = wanted(rollout.all()) - (desired - maxUnavailable) - unavailable;
  if (room <= 0) return;
  dropUnavailable(rollout, old, room);
  const available = sum(rollout.all(), (set) => set.status?.availableReplicas);
  let left = available - (desired - maxUnavailable);
  for (const set of active(rollout.old())) {
    if (left <= 0) break;
    const size = set.spec.replicas ?? 1;
    const less = Math.min(size, left);
    rollout.scale(set, size - less);
    left -= less;
  }
}

/** Pods of old sets that serve nobody go first: they would hold the rollout up. */
function dropUnavailable(rollout: Rollout, old: readonly ReplicaSet[], room: number): void {
  let left = room;
  for (const set of old) {
    const size = set.spec.replicas ?? 1;
    const less = Math.min(left, size - (set.status?.availableReplicas ?? 0));
    if (less <= 0) continue;
    rollout.scale(set, size - less);
    left -= less;
  }
}

/** Those that want pods. */
function active(sets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  return sets.filter((set) => (set.spec.replicas ?? 1) > 0);
}

/** The one set that wants pods, or the latest if none does; undefined if several do. */
function activeOrLatest(rollout: Rollout): ReplicaSet | undefined {
  const wanting = active(rollout.all());
  if (wanting.length > 1) return undefined;
  return wanting[0] ?? rollout.newest() ?? rollout.old().at(-1);
}

/** Pods that are being deleted count until they are gone; those that have ended do not. */
function oldPodsRun(rollout: Rollout, pods: Lister<Pod>): boolean {
  if (sum(rollout.old(), (set) => set.status?.replicas) > 0) return true;
  return rollout.old().some((set) => pods.by("controller", set.metadata.uid ?? "").some((pod) => !podEnded(pod)));
}

function largestNewestFirst(a: ReplicaSet, b: ReplicaSet): number {
  return (b.spec.replicas ?? 1) - (a.spec.replicas ?? 1) || byAge(b, a);
}

function largestOldestFirst(a: ReplicaSet, b: ReplicaSet): number {
  return (b.spec.replicas ?? 1) - (a.spec.replicas ?? 1) || byAge(a, b);
}
