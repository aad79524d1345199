import type { StatefulSet } from "@skates/api/apps/v1";
import type { Pod, PodTemplateSpec } from "@skates/api/core/v1";
import { podAvailableAtMs, podReady } from "../pod/pod-state.ts";
import { newStatefulPod, ordinalOf, REVISION } from "./identity.ts";

/** A place in the set: the pod that is there, or the one to be made. */
export interface Slot {
  readonly ordinal: number;
  readonly pod: Pod;
  /** False if the pod is still to be made. */
  readonly created: boolean;
}

/** The template of a revision, and its name. */
export interface Version {
  readonly name: string;
  readonly template: PodTemplateSpec;
}

export interface Versions {
  /** What the pods were before the update that is going on. */
  readonly current: Version;
  readonly update: Version;
}

export interface Slots {
  /** Those that are wanted, by number. */
  readonly replicas: readonly Slot[];
  /** Those that are too many, the highest number first. */
  readonly condemned: readonly Slot[];
}

/** Puts the pods into their places. */
export function slotsOf(set: StatefulSet, pods: readonly Pod[], versions: Versions): Slots {
  const start = set.spec.ordinals?.start ?? 0;
  const end = start + (set.spec.replicas ?? 1);
  const there = new Map<number, Slot>();
  const condemned: Slot[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(set, pod);
    if (ordinal === undefined) continue;
    const slot = { ordinal, pod, created: true };
    if (ordinal >= start && ordinal < end) there.set(ordinal, slot);
    else condemned.push(slot);
  }
  const replicas = Array.from({ length: end - start }, (_, i): Slot => {
    const ordinal = start + i;
    return there.get(ordinal) ?? { ordinal, created: false, pod: versionedPod(set, ordinal, versions) };
  });
  return { replicas, condemned: condemned.sort((a, b) => b.ordinal - a.ordinal) };
}

/** Pods that an update does not reach come back as they were. */
function versionedPod(set: StatefulSet, ordinal: number, { current, update }: Versions): Pod {
  const { updateStrategy, ordinals } = set.spec;
  const { type = "RollingUpdate", rollingUpdate } = updateStrategy ?? {};
  const kept = rollingUpdate === undefined ? (set.status?.currentReplicas ?? 0) : (rollingUpdate.partition ?? 0);
  const before = type === "RollingUpdate" && ordinal < (ordinals?.start ?? 0) + kept;
  const version = before ? current : update;
  return newStatefulPod(set, version.template, { ordinal, revision: version.name });
}

/** True if the pod is being deleted. */
export function terminating({ pod }: Slot): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** True if the pod runs and takes traffic. */
export function runningAndReady({ pod }: Slot): boolean {
  return pod.status?.phase === "Running" && podReady(pod);
}

/** When the pod counts as available; undefined while it is not ready. */
export function availableAtMs(slot: Slot, minReadySeconds: number): number | undefined {
  return runningAndReady(slot) ? podAvailableAtMs(slot.pod, minReadySeconds) : undefined;
}

/** The revision that a pod was made from. */
export function revisionOf({ pod }: Slot): string | undefined {
  return pod.metadata.labels?.[REVISION];
}
