import { formatTime, keyOf, parseTime } from "@skates/apimachinery";
import { type Pod, type PodCondition, pods } from "@skates/api/core/v1";
import { type Controller, type Lister, NOTHING, type Plan, statusUpdate, watch } from "@skates/controller-runtime";
import { renewedCondition } from "../condition.ts";
import { podCondition, podEnded } from "../pod/pod-state.ts";

/** A pod that was to be taken away and is still there after so long stays. */
const STALE_MS = 2 * 60_000;
const TARGET = "DisruptionTarget";

/** Takes back the word that a pod is about to be taken away, when nobody did so. Its account is that of budgets, as upstream's. */
export const staleDisruptionController: Controller<{ readonly pods: Lister<Pod> }> = {
  name: "disruption-controller",
  watches: [watch({ resource: pods, keys: (pod) => (targeted(pod) ? [keyOf(pod)] : []) })],
  view: (listers) => ({ pods: listers.for(pods) }),
  plan: ({ pods: all }, key, nowMs) => planStaleDisruption(all.get(key), nowMs),
};

/** What is to be done about one pod. */
export function planStaleDisruption(pod: Pod | undefined, nowMs: number): Plan {
  if (pod === undefined || !targeted(pod)) return NOTHING;
  const since = podCondition(pod, TARGET)?.lastTransitionTime;
  const waitMs = since === undefined ? 0 : parseTime(since) + STALE_MS - nowMs;
  if (waitMs > 0) return { stages: [], requeueAfterMs: waitMs };
  const { generation } = pod.metadata;
  const taken: PodCondition = {
    type: TARGET,
    status: "False",
    lastTransitionTime: formatTime(nowMs),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  const conditions = renewedCondition(pod.status?.conditions ?? [], taken);
  return { stages: [[statusUpdate(pods, { ...pod, status: { ...pod.status, conditions } })]] };
}

/** True if somebody but the kubelet, which takes its time, has said that the pod goes, and it is neither going nor has it ended. */
function targeted(pod: Pod): boolean {
  const condition = podCondition(pod, TARGET);
  const said = condition?.status === "True" && condition.reason !== "TerminationByKubelet";
  return said && pod.metadata.deletionTimestamp === undefined && !podEnded(pod);
}
