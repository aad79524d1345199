import { formatTime, isStatus } from "@skates/apimachinery";
import { type Pod, type PodCondition, podCondition, pods } from "@skates/api/core/v1";
import type { Client } from "@skates/client";
import type { Clock } from "@skates/component-base";
import type { EventRecorder } from "@skates/controller-runtime";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import type { WaitingPods } from "../framework/waiting-pods.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import type { Candidate } from "./candidate.ts";

export interface EvictionOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly recorder: (schedulerName: string) => EventRecorder;
  readonly waiting: Pick<WaitingPods, "get">;
}

/** Whom to clear a node of, for which pod, and the plugin that says so. */
export interface Eviction {
  readonly pod: PodInfo;
  readonly candidate: Candidate;
  readonly by: SchedulerPlugin;
}

/**
 * Deletes the victims, telling each why; those that are held back from being bound only give up their nodes. Victims that are gone or on
 * their way are left alone. Rejects with what went wrong first.
 */
export async function evictVictims(
  options: EvictionOptions,
  { pod, candidate, by }: Eviction,
  signal: AbortSignal,
): Promise<void> {
  const staying = candidate.victims.filter((victim) => victim.pod.metadata.deletionTimestamp === undefined);
  const results = await Promise.allSettled(staying.map((victim) => evict(victim)));
  for (const result of results) if (result.status === "rejected") throw result.reason;

  async function evict(victim: PodInfo): Promise<void> {
    const held = options.waiting.get(victim.uid);
    if (held === undefined) {
      if (!(await deleteVictim(options, { pod, victim: victim.pod }, signal))) return;
    } else held.reject(by, "preempted");
    const message = `Preempted by pod ${pod.uid} on node ${candidate.node.name}`;
    options.recorder(pod.pod.spec.schedulerName ?? "").event({
      about: victim.pod,
      type: "Normal",
      reason: "Preempted",
      message,
    });
  }
}

/** False: another pod has the name by now, or none. */
async function deleteVictim(
  { client, clock }: EvictionOptions,
  { pod, victim }: { readonly pod: PodInfo; readonly victim: Pod },
  signal: AbortSignal,
): Promise<boolean> {
  const { name, namespace, uid } = victim.metadata;
  const typed = client.resource<Pod>(pods);
  const key = { name, namespace };
  const condition = disruptionTarget(victim, pod.pod.spec.schedulerName ?? "", clock.nowMs());
  const body = { metadata: { uid }, status: { conditions: [condition] } };
  try {
    await typed.sub("status").patch<Pod>(key, { type: "strategic", body }, {}, signal);
    await typed.delete(key, { preconditions: { uid } }, signal);
    return true;
  } catch (error) {
    if (isStatus(error, "NotFound") || isStatus(error, "Conflict")) return false;
    throw error;
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
