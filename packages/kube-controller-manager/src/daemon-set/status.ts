import type { DaemonSetStatus } from "@skates/api/apps/v1";
import { podAvailableAtMs, podReady } from "../pod/pod-state.ts";
import type { Scene } from "./change.ts";
import { updated } from "./daemon-pod.ts";

export interface StatusResult {
  readonly status: DaemonSetStatus;
  /** When the next ready pod becomes available. */
  readonly nextAvailableMs: number | undefined;
}

/** On how many nodes the pod should run, and on how many it does. */
export function daemonSetStatus(scene: Scene): StatusResult {
  const { set, hash, nowMs } = scene;
  const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
  let nextAvailableMs: number | undefined;
  for (const { runs, pods } of scene.nodes) {
    const [pod] = pods;
    if (!runs) {
      if (pod !== undefined) counts.misscheduled++;
      continue;
    }
    counts.desired++;
    if (pod === undefined) continue;
    counts.current++;
    if (updated(set, hash, pod)) counts.updated++;
    if (!podReady(pod)) continue;
    counts.ready++;
    const atMs = podAvailableAtMs(pod, set.spec.minReadySeconds ?? 0);
    if (atMs !== undefined && atMs <= nowMs) counts.available++;
    else if (atMs !== undefined) nextAvailableMs = Math.min(atMs, nextAvailableMs ?? atMs);
  }
  const status: DaemonSetStatus = {
    observedGeneration: set.metadata.generation,
    desiredNumberScheduled: counts.desired,
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misscheduled,
    numberReady: counts.ready,
    updatedNumberScheduled: absentIfZero(counts.updated),
    numberAvailable: absentIfZero(counts.available),
    numberUnavailable: absentIfZero(counts.desired - counts.available),
    collisionCount: set.status?.collisionCount,
    conditions: set.status?.conditions,
  };
  return { status, nextAvailableMs };
}

/** Zero is written as absence where the field does not tell them apart. */
function absentIfZero(count: number): number | undefined {
  return count === 0 ? undefined : count;
}
