import type { Pod, PodStatus } from "@skates/api/core/v1";
import type { Waiting } from "../plan/plan-pod.ts";

/** When spec.activeDeadlineSeconds ends the pod, and as what. */
export function deadlineOf(
  pod: Pod,
  status: PodStatus,
): { readonly atMs: number; readonly failure: Waiting } | undefined {
  const seconds = pod.spec.activeDeadlineSeconds;
  const start = status.startTime ?? undefined;
  if (seconds === undefined || start === undefined) return undefined;
  const message = "Pod was active on the node longer than the specified deadline";
  return { atMs: Date.parse(start) + seconds * 1000, failure: { reason: "DeadlineExceeded", message } };
}
