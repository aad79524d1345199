import type { Node } from "@skates/api/core/v1";
import type { PodInfo } from "../snapshot/pod-info.ts";

/** A change in the cluster that may make a pod schedulable. */
export type ClusterEvent =
  | { readonly kind: "NodeAdded"; readonly node: Node }
  | { readonly kind: "NodeDeleted"; readonly node: Node }
  | { readonly kind: NodeChange; readonly node: Node; readonly old: Node }
  /** A pod came to a node, left it or ended, or changed there. */
  | { readonly kind: "AssignedPodAdded" | "AssignedPodDeleted"; readonly pod: PodInfo }
  | { readonly kind: "AssignedPodUpdated"; readonly pod: PodInfo; readonly old: PodInfo }
  | { readonly kind: "NamespaceChanged" }
  /** A volume, a claim or a storage class. */
  | { readonly kind: "VolumesChanged" }
  /** A claim on devices, a class of devices, or what devices there are. */
  | { readonly kind: "DevicesChanged" }
  /** A pod that is to be scheduled came. */
  | { readonly kind: "PodAdded"; readonly pod: PodInfo }
  | { readonly kind: "PodGroupsChanged" };

export type NodeChange = "NodeAllocatableChanged" | "NodeFeaturesChanged" | "NodeLabelsChanged" | "NodeTaintsChanged";

export type ClusterEventKind = ClusterEvent["kind"];

/** Every kind by its name in metrics: upstream's, where it has one for just this. */
export const EVENT_LABELS: Readonly<Record<ClusterEventKind, string>> = {
  NodeAdded: "NodeAdd",
  NodeDeleted: "NodeDelete",
  NodeAllocatableChanged: "NodeUpdateNodeAllocatable",
  NodeLabelsChanged: "NodeUpdateNodeLabel",
  NodeTaintsChanged: "NodeUpdateNodeTaint",
  NodeFeaturesChanged: "NodeUpdateNodeDeclaredFeature",
  AssignedPodAdded: "AssignedPodAdd",
  AssignedPodUpdated: "AssignedPodUpdate",
  AssignedPodDeleted: "AssignedPodDelete",
  NamespaceChanged: "NamespaceUpdate",
  VolumesChanged: "VolumesUpdate",
  DevicesChanged: "DevicesUpdate",
  PodAdded: "UnscheduledPodAdd",
  PodGroupsChanged: "PodGroupUpdate",
};

/** Every `ClusterEventKind`. */
export const CLUSTER_EVENT_KINDS: readonly string[] = Object.keys(EVENT_LABELS);

/** Under which change a pod that a plugin rejected is tried again. */
export interface Wake {
  readonly on: readonly ClusterEventKind[];
  /** False: this change does not help this pod. In doubt true: a pod that is not woken waits for minutes. */
  readonly helps?: ((pod: PodInfo, event: ClusterEvent) => boolean) | undefined;
}

/** True if a plugin with these wakes wants the pod to be tried again. */
export function wakesOn(wakes: readonly Wake[], pod: PodInfo, event: ClusterEvent): boolean {
  return wakes.some(({ on, helps }) => on.includes(event.kind) && (helps?.(pod, event) ?? true));
}
