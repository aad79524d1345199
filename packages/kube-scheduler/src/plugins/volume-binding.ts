import { type PersistentVolumeClaim, type PodClaim, podClaims } from "@skates/api/core/v1";
import type { VolumeBindingArgs } from "@skates/api/kubescheduler/v1";
import type { Client } from "@skates/client";
import type { Clock } from "@skates/component-base";
import { controllerOf } from "@skates/controller-runtime";
import type { Chosen, SchedulerPlugin } from "../framework/plugin.ts";
import { type Rejection, unresolvable } from "../framework/verdict.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { bindVolumes } from "../volumes/bind-volumes.ts";
import {
  planVolumes,
  type PodClaims,
  type Promises,
  type VolumePlan,
  type VolumeProblem,
} from "../volumes/volume-plan.ts";
import { claimKey, isBound, type Volumes, waitsForPod } from "../volumes/volumes.ts";

const UNBOUND = unresolvable("pod has unbound immediate PersistentVolumeClaims");
const REASONS: Readonly<Record<VolumeProblem, string>> = {
  unreachable: "node(s) didn't match PersistentVolume's node affinity",
  missing: "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)",
  none: "node(s) didn't find available persistent volumes to bind",
  space: "node(s) did not have enough free storage",
};

/** What is being done for a pod. */
interface Held {
  readonly plan: VolumePlan;
  readonly nodeName: string;
}

export interface VolumeBindingOptions {
  readonly volumes: Volumes;
  readonly client: Client;
  readonly clock: Clock;
}

/**
 * Holds pods to nodes from which their bound volumes can be reached and where volumes can be had for the claims that wait for their first
 * pod. Once a node is chosen it gives volumes to these claims or asks for some to be made, and holds the pod until they are bound.
 */
export function volumeBinding(
  { volumes, client, clock }: VolumeBindingOptions,
  { bindTimeoutSeconds = 600 }: Partial<VolumeBindingArgs> = {},
): SchedulerPlugin {
  /** By pod, what is being done for it and not seen in the API yet. */
  const held = new Map<string, Held>();
  return {
    name: "VolumeBinding",
    judges: ["filter"],
    wakes: [
      { on: ["NodeAdded", "NodeLabelsChanged"] },
      { on: ["VolumesChanged"], helps: (pod) => podClaims(pod.pod).length > 0 },
    ],
    prepare(pod) {
      const claims = claimsBy(pod, volumes);
      if (claims === undefined || "reasons" in claims) return claims;
      const promises = promisesOf(held.values());
      return {
        filter: ({ node }) => {
          const plan = planVolumes(claims, { node, volumes, promises });
          return "problems" in plan ? unresolvable(...plan.problems.map((problem) => REASONS[problem])) : undefined;
        },
      };
    },
    reserve({ pod, node }) {
      const claims = claimsBy(pod, volumes);
      if (claims === undefined || "reasons" in claims) return claims;
      const plan = planVolumes(claims, { node: node.node, volumes, promises: promisesOf(held.values()) });
      if ("problems" in plan) return unresolvable(...plan.problems.map((problem) => REASONS[problem]));
      if (plan.bindings.length + plan.provisions.length > 0) held.set(pod.uid, { plan, nodeName: node.name });
      return undefined;
    },
    unreserve: ({ pod }: Chosen) => void held.delete(pod.uid),
    preBinds: ({ pod }) => held.has(pod.uid),
    async preBind({ pod }, signal) {
      const job = held.get(pod.uid);
      if (job === undefined) return undefined;
      const timeoutMs = Number(bindTimeoutSeconds) * 1000;
      await bindVolumes({ client, clock, volumes, timeoutMs }, job, signal);
      return undefined;
    },
    postBind: ({ pod }) => void held.delete(pod.uid),
  };
}

/** Put together once for each pod, since every volume is looked up on every node. */
function promisesOf(held: Iterable<Held>): Promises {
  const claimOf = new Map<string, string>();
  const nodeOf = new Map<string, string>();
  for (const { plan, nodeName } of held) {
    for (const { claim, volume } of plan.bindings) claimOf.set(volume.metadata.name, claimKey(claim));
    for (const claim of plan.provisions) nodeOf.set(claimKey(claim), nodeName);
  }
  return { claimOf, nodeOf };
}

/** The pod's claims by their state; undefined: it has none. */
function claimsBy(pod: PodInfo, volumes: Volumes): PodClaims | Rejection | undefined {
  const names = podClaims(pod.pod);
  if (names.length === 0) return undefined;
  const bound: PersistentVolumeClaim[] = [];
  const delayed: PersistentVolumeClaim[] = [];
  for (const claimed of names) {
    const claim = volumes.claim(pod.namespace, claimed.name);
    const rejection = claimProblem(pod, claimed, claim);
    if (claim === undefined || rejection !== undefined) return rejection;
    if (isBound(claim)) bound.push(claim);
    else if ((claim.spec?.volumeName ?? "") === "" && waitsForPod(claim, volumes)) delayed.push(claim);
    else return UNBOUND;
  }
  return { bound, delayed };
}

function claimProblem(
  pod: PodInfo,
  { name, own }: PodClaim,
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
  if (own && controllerOf(claim)?.uid !== pod.uid)
    return unresolvable(`PVC ${pod.namespace}/${name} was not created for pod ${pod.key} (pod is not owner)`);
  return undefined;
}
