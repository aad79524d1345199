import type { Pod, PodCondition } from "@skates/api/core/v1";
import type { Waiting } from "../plan/plan-pod.ts";
import { timeText } from "./time-text.ts";

/** Why the kubelet itself ends a pod: its deadline, the sake of others, refused admission. */
export interface PodFailure extends Waiting {
  /** Nothing of the pod was ever looked after here: its status says no more than that. */
  readonly rejected?: true | undefined;
  /** What its containers get to end in place of what the pod asks for. */
  readonly graceSeconds?: number | undefined;
  /** The pod ends for the sake of others; the message of its condition `DisruptionTarget`. */
  readonly disruption?: string | undefined;
}

/** The condition that tells controllers that the pod did not end by its own fault. */
export function disruptionTarget(pod: Pod, message: string, nowMs: number): PodCondition {
  const { generation } = pod.metadata;
  return {
    type: "DisruptionTarget",
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    status: "True",
    lastTransitionTime: timeText(nowMs),
    reason: "TerminationByKubelet",
    message,
  };
}
