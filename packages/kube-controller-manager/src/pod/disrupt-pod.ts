import { formatTime } from "@skates/apimachinery";
import { type Pod, type PodCondition, pods } from "@skates/api/core/v1";
import { type Announcement, deletion, type Plan, statusUpdate } from "@skates/controller-runtime";
import { withCondition } from "../condition.ts";

/** Why a pod is taken away, as its condition says it. */
export interface Disruption {
  readonly reason: string;
  readonly message: string;
}

/** The pod's conditions with the word that it is taken away; the same ones if they have it. */
export function disruptedConditions(pod: Pod, disruption: Disruption, nowMs: number): readonly PodCondition[] {
  const lastTransitionTime = formatTime(nowMs);
  const { generation } = pod.metadata;
  const condition: PodCondition = {
    type: "DisruptionTarget",
    status: "True",
    lastTransitionTime,
    ...disruption,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  return withCondition(pod.status?.conditions ?? [], condition);
}

/** First the pod says why, then it is deleted. */
export function disruptPod(
  pod: Pod,
  { announce, ...disruption }: Disruption & { readonly announce: Announcement },
  nowMs: number,
): Plan {
  const conditions = disruptedConditions(pod, disruption, nowMs);
  const deleting = [deletion(pods, pod, { announce })];
  if (conditions === pod.status?.conditions) return { stages: [deleting] };
  return { stages: [[statusUpdate(pods, { ...pod, status: { ...pod.status, conditions } })], deleting] };
}
