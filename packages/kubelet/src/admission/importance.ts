import { isMirrorPod, type Pod } from "@skates/api/core/v1";

/** Priorities from here on are those of the system's own classes. */
const CRITICAL_PRIORITY = 2_000_000_000;

/** Whether a pod is admitted although the node is short of something: that of others is given to it. */
export function isCritical(pod: Pod): boolean {
  return isMirrorPod(pod) || (pod.spec.priority ?? 0) >= CRITICAL_PRIORITY;
}

/** Whether `other` may be ended for the sake of `pod`. */
export function mayPreempt(pod: Pod, other: Pod): boolean {
  if (isCritical(pod) && !isCritical(other)) return true;
  const [own, its] = [pod.spec.priority, other.spec.priority];
  return own !== undefined && its !== undefined && own > its;
}
