import { formatTime, isStatus } from "@skates/apimachinery";
import { type Pod, type PodCondition, podCondition, pods } from "@skates/api/core/v1";
import type { Client } from "@skates/client";
import type { Clock } from "@skates/component-base";
import type { EventRecorder } from "@skates/controller-runtime";
import type { PodInfo } from "../snapshot/pod-info.ts";
import type { Candidate } from "./candidate.ts";

export interface EvictionOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly recorder: (schedulerName: string) => EventRecorder;
}

/** Deletes the victims, telling each why. Victims that are gone or on their way are left alone. Rejects with what went wrong first. */
export async function evictVictims(
  options: EvictionOptions,
  { pod, candidate }: { readonly pod: PodInfo; readonly candidate: Candidate },
  signal: AbortSignal,
): Promise<void> {
  const staying = candidate.victims.filter((victim) => victim.pod.metadata.deletionTimestamp === undefined);
  const results = await Promise.allSettled(staying.map((victim) => evict(victim)));
  for (const result of results) if (result.status === "rejected") throw result.reason;

  async function evict(victim: PodInfo): Promise<void> {
    const { client, clock, recorder } = options;
    const { name, namespace, uid } = victim.pod.metadata;
    const typed = client.resource<Pod>(pods);
    const key = { name, namespace };
    const condition = disruptionTarget(victim.pod, pod.pod.spec.schedulerName ?? "", clock.nowMs());
    const body = { metadata: { uid }, status: { conditions: [condition] } };
    try {
      await typed.sub("status").patch<Pod>(key, { type: "strategic", body }, {}, signal);
      await typed.delete(key, { preconditions: { uid } }, signal);
    } catch (error) {
      if (isStatus(error, "NotFound") || isStatus(error, "Conflict")) return; // another pod has the name by now, or none
      throw error;
    }
    const message = `Preempted by pod ${pod.uid} on node ${candidate.node.name}`;
    recorder(pod.pod.spec.schedulerName ?? "").event({
      about: victim.pod,
      type: "Normal",
      reason: "Preempted",
      message,
    });
  }
}

function disruptionTarget(victim: Pod, schedulerName: string, nowMs: number): PodCondition {
  const old = podCondition(victim, "DisruptionTarget");
  const { generation } = victim.metadata;
  return {
    type: "DisruptionTarget",
    status: "True",
    reason: "PreemptionByScheduler",
    message: `${schedulerName}: preempting to accommodate a higher priority pod`,
    lastTransitionTime: old?.status === "True" ? old.lastTransitionTime : formatTime(nowMs),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
}
