import { formatTime, labelSelector } from "@skates/apimachinery";
import type { ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from "@skates/api/apps/v1";
import type { Pod } from "@skates/api/core/v1";
import { podAvailableAtMs, podReady } from "../pod/pod-state.ts";

export interface StatusInput {
  readonly set: ReplicaSet;
  /** Those that count as replicas. */
  readonly active: readonly Pod[];
  readonly terminating: number;
  /** What went wrong when pods were made or deleted. */
  readonly failure: { readonly reason: "FailedCreate" | "FailedDelete"; readonly message: string } | undefined;
  readonly nowMs: number;
}

export interface StatusResult {
  readonly status: ReplicaSetStatus;
  /** When the next ready pod becomes available. */
  readonly nextAvailableMs: number | undefined;
}

/** What a replica set has got of what it wants. */
export function replicaSetStatus(input: StatusInput): StatusResult {
  const { set, active, nowMs } = input;
  const template = labelSelector({ matchLabels: set.spec.template?.metadata?.labels });
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  let fullyLabeled = 0;
  let ready = 0;
  let available = 0;
  let nextAvailableMs: number | undefined;
  for (const pod of active) {
    if (template.matches(pod.metadata.labels)) fullyLabeled++;
    if (!podReady(pod)) continue;
    ready++;
    const atMs = podAvailableAtMs(pod, minReadySeconds);
    if (atMs === undefined) continue;
    if (atMs <= nowMs) available++;
    else nextAvailableMs = Math.min(atMs, nextAvailableMs ?? atMs);
  }
  const status: ReplicaSetStatus = {
    replicas: active.length,
    fullyLabeledReplicas: absentIfZero(fullyLabeled),
    readyReplicas: absentIfZero(ready),
    availableReplicas: absentIfZero(available),
    terminatingReplicas: input.terminating,
    observedGeneration: set.metadata.generation,
    conditions: conditions(input),
  };
  return { status, nextAvailableMs };
}

/** Zero is written as absence where the field does not tell them apart. */
function absentIfZero(count: number): number | undefined {
  return count === 0 ? undefined : count;
}

function conditions({ set, failure, nowMs }: StatusInput): readonly ReplicaSetCondition[] | undefined {
  const old = set.status?.conditions ?? [];
  const has = old.some((condition) => condition.type === "ReplicaFailure");
  if ((failure !== undefined) === has) return set.status?.conditions;
  const others = old.filter((condition) => condition.type !== "ReplicaFailure");
  if (failure === undefined) return others.length === 0 ? undefined : others;
  const { reason, message } = failure;
  return [
    ...others,
    { type: "ReplicaFailure", status: "True", lastTransitionTime: formatTime(nowMs), reason, message },
  ];
}
