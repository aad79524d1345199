import type { Pod, PodCondition } from "@skates/api/core/v1";
import { parseTime } from "@skates/apimachinery";

/** The condition of this type, if the pod has it. */
export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

/** True if the pod takes traffic. */
export function podReady(pod: Pod): boolean {
  return podCondition(pod, "Ready")?.status === "True";
}

/** True if the pod has ended and will not start again. */
export function podEnded(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

/** True if the pod counts as a replica: neither ended nor being deleted. */
export function podActive(pod: Pod): boolean {
  return !podEnded(pod) && pod.metadata.deletionTimestamp === undefined;
}

/**
 * When the pod counts as available: ready for `minReadySeconds`. Undefined while it is not ready; a time that is past means available.
 */
export function podAvailableAtMs(pod: Pod, minReadySeconds: number): number | undefined {
  const ready = podCondition(pod, "Ready");
  if (ready?.status !== "True") return undefined;
  if (minReadySeconds === 0) return 0;
  const since = ready.lastTransitionTime;
  return since === undefined ? undefined : parseTime(since) + minReadySeconds * 1000;
}

/** Restarts of the container that restarted most. */
export function podRestarts(pod: Pod): number {
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  return Math.max(0, ...statuses.map((status) => status.restartCount));
}

/** Index of pods by the node that they are bound to. */
export function byNode(pod: Pod): readonly string[] {
  return pod.spec.nodeName === undefined ? [] : [pod.spec.nodeName];
}
