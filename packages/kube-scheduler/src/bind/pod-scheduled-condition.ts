import { formatTime } from "@skates/apimachinery";
import { type Pod, type PodCondition, podCondition } from "@skates/api/core/v1";
import type { Patch } from "@skates/client";

export interface NotScheduled {
  /** `Unschedulable`, or `SchedulerError` when something went wrong. */
  readonly reason: "SchedulerError" | "Unschedulable";
  readonly message: string;
  /** The node that is being cleared for the pod; "" withdraws what the status says of one. */
  readonly nominatedNode?: string | undefined;
}

/** The patch of a pod's status that says why it waits; undefined when the status says so already. */
export function notScheduledPatch(pod: Pod, said: NotScheduled, nowMs: number): Patch | undefined {
  const old = podCondition(pod, "PodScheduled");
  const { reason, message, nominatedNode } = said;
  const nominates = nominatedNode !== undefined && nominatedNode !== (pod.status?.nominatedNodeName ?? "");
  if (old?.status === "False" && old.reason === reason && old.message === message && !nominates) return undefined;
  const condition: PodCondition = {
    type: "PodScheduled",
    status: "False",
    reason,
    message,
    lastProbeTime: undefined,
    lastTransitionTime: old?.status === "False" ? old.lastTransitionTime : formatTime(nowMs),
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
  };
  const nomination = nominates ? { nominatedNodeName: nominatedNode === "" ? null : nominatedNode } : {};
  const body = { metadata: { uid: pod.metadata.uid }, status: { conditions: [condition], ...nomination } };
  return { type: "strategic", body };
}
