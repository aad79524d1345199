import { nodeSelectorMatches, type PersistentVolume, type PersistentVolumeClaim, type Pod } from "@skates/api/core/v1";
import type { StorageClass } from "@skates/api/storage/v1";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import { type Rejection, unresolvable } from "../framework/verdict.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";

/** What is known of storage. */
export interface Volumes {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  storageClass(name: string): StorageClass | undefined;
}

/** A cluster without any. */
export const NO_VOLUMES: Volumes = { claim: () => undefined, volume: () => undefined, storageClass: () => undefined };

const UNBOUND = unresolvable("pod has unbound immediate PersistentVolumeClaims");
const UNREACHABLE = unresolvable("node(s) didn't match PersistentVolume's node affinity");
const MISSING = unresolvable("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)");
const NONE_TO_BIND = unresolvable("node(s) didn't find available persistent volumes to bind");

/**
 * Holds pods to nodes from which their bound volumes can be reached, and back while claims are not bound. Claims that wait for their
 * first pod are not bound from here yet: such pods wait.
 */
export function volumeBinding(volumes: Volumes): SchedulerPlugin {
  return {
    name: "VolumeBinding",
    judges: ["filter"],
    wakes: [{ on: ["NodeAdded", "NodeLabelsChanged", "VolumesChanged"] }],
    prepare(pod) {
      const bound: (PersistentVolume | undefined)[] = [];
      let delayed = false;
      for (const claimed of claimsOf(pod.pod)) {
        const claim = volumes.claim(pod.namespace, claimed.name);
        const rejection = claimProblem(pod, claimed, claim);
        if (claim === undefined || rejection !== undefined) return rejection;
        if (isBound(claim)) bound.push(volumes.volume(claim.spec?.volumeName ?? ""));
        else if (waitsForPod(claim, volumes)) delayed = true;
        else return UNBOUND;
      }
      if (delayed) return { filter: () => NONE_TO_BIND };
      if (bound.length === 0) return undefined;
      return {
        filter: ({ node }) => {
          if (bound.includes(undefined)) return MISSING;
          const reachable = bound.every((volume) => {
            const required = volume?.spec?.nodeAffinity?.required;
            return required === undefined || nodeSelectorMatches(required, node);
          });
          return reachable ? undefined : UNREACHABLE;
        },
      };
    },
  };
}

interface Claimed {
  readonly name: string;
  /** Made for this very pod. */
  readonly own: boolean;
}

function claimsOf({ metadata, spec }: Pod): readonly Claimed[] {
  const out: Claimed[] = [];
  for (const { name, persistentVolumeClaim, ephemeral } of spec.volumes ?? []) {
    if (persistentVolumeClaim !== undefined) out.push({ name: persistentVolumeClaim.claimName, own: false });
    else if (ephemeral !== undefined) out.push({ name: `${metadata.name}-${name}`, own: true });
  }
  return out;
}

function claimProblem(
  pod: PodInfo,
  { name, own }: Claimed,
  claim: PersistentVolumeClaim | undefined,
): Rejection | undefined {
  const quoted = JSON.stringify(name);
  if (claim === undefined) {
    if (own)
      return unresolvable(`waiting for ephemeral volume controller to create the persistentvolumeclaim ${quoted}`);
    return unresolvable(`persistentvolumeclaim ${quoted} not found`);
  }
  if (claim.metadata.deletionTimestamp !== undefined)
    return unresolvable(`persistentvolumeclaim ${quoted} is being deleted`);
  if (claim.status?.phase === "Lost") {
    const volume = JSON.stringify(claim.spec?.volumeName ?? "");
    return unresolvable(`persistentvolumeclaim ${quoted} bound to non-existent persistentvolume ${volume}`);
  }
  const owned = claim.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === pod.uid);
  if (own && owned !== true)
    return unresolvable(`PVC ${pod.namespace}/${name} was not created for pod ${pod.key} (pod is not owner)`);
  return undefined;
}

function isBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  const completed = metadata.annotations?.["pv.kubernetes.io/bind-completed"] !== undefined;
  return completed && (spec?.volumeName ?? "") !== "";
}

function waitsForPod({ spec }: PersistentVolumeClaim, volumes: Volumes): boolean {
  const mode = volumes.storageClass(spec?.storageClassName ?? "")?.volumeBindingMode;
  return (spec?.volumeName ?? "") === "" && mode === "WaitForFirstConsumer";
}
