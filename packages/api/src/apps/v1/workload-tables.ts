import type { Column, LabelSelector } from "@skates/apimachinery";
import type { PodTemplateSpec } from "../../core/v1/pod-template.ts";
import { ageColumn, column, containerColumns, formatLabels, formatSelector, nameColumn } from "../../table.ts";
import type { ControllerRevision } from "./controller-revision.ts";
import type { DaemonSet } from "./daemon-set.ts";
import type { Deployment } from "./deployment.ts";
import type { ReplicaSet } from "./replica-set.ts";
import type { StatefulSet } from "./stateful-set.ts";

const integer = { type: "integer" } as const;

interface Templated {
  readonly spec: { readonly template?: PodTemplateSpec | undefined; readonly selector?: LabelSelector | undefined };
}

function templateColumns<T extends Templated>(): readonly Column<T>[] {
  return containerColumns<T>((object) => object.spec.template?.spec?.containers ?? []);
}

function selectorColumn<T extends Templated>(): Column<T> {
  return column("Selector", "Which pods belong to it.", (object) => formatSelector(object.spec.selector), {
    wide: true,
  });
}

/** The table of `kubectl get deployments`. */
export const deploymentColumns: readonly Column<Deployment>[] = [
  nameColumn,
  column("Ready", "Ready pods of the wanted number.", (d) => `${d.status?.readyReplicas ?? 0}/${d.spec.replicas ?? 1}`),
  column("Up-to-date", "Pods made from the current template.", (d) => d.status?.updatedReplicas ?? 0),
  column("Available", "Pods that have been ready for long enough.", (d) => d.status?.availableReplicas ?? 0),
  ageColumn,
  ...templateColumns<Deployment>(),
  selectorColumn<Deployment>(),
];

/** The table of `kubectl get replicasets`. */
export const replicaSetColumns: readonly Column<ReplicaSet>[] = [
  nameColumn,
  column("Desired", "Wanted number of pods.", (r) => r.spec.replicas ?? 1, integer),
  column("Current", "Pods that exist.", (r) => r.status?.replicas ?? 0, integer),
  column("Ready", "Pods that are ready.", (r) => r.status?.readyReplicas ?? 0, integer),
  ageColumn,
  ...templateColumns<ReplicaSet>(),
  selectorColumn<ReplicaSet>(),
];

/** The table of `kubectl get statefulsets`. */
export const statefulSetColumns: readonly Column<StatefulSet>[] = [
  nameColumn,
  column("Ready", "Ready pods of the wanted number.", (s) => `${s.status?.readyReplicas ?? 0}/${s.spec.replicas ?? 1}`),
  ageColumn,
  ...templateColumns<StatefulSet>(),
];

/** The table of `kubectl get daemonsets`. */
export const daemonSetColumns: readonly Column<DaemonSet>[] = [
  nameColumn,
  column("Desired", "Nodes that should run the pod.", (d) => d.status?.desiredNumberScheduled ?? 0, integer),
  column("Current", "Nodes that do run it.", (d) => d.status?.currentNumberScheduled ?? 0, integer),
  column("Ready", "Nodes on which it is ready.", (d) => d.status?.numberReady ?? 0, integer),
  column("Up-to-date", "Nodes with the current template.", (d) => d.status?.updatedNumberScheduled ?? 0, integer),
  column(
    "Available",
    "Nodes on which it has been ready for long enough.",
    (d) => d.status?.numberAvailable ?? 0,
    integer,
  ),
  column("Node Selector", "Labels of the nodes it runs on.", (d) => formatLabels(d.spec.template.spec?.nodeSelector)),
  ageColumn,
  ...templateColumns<DaemonSet>(),
  selectorColumn<DaemonSet>(),
];

/** The table of `kubectl get controllerrevisions`. */
export const controllerRevisionColumns: readonly Column<ControllerRevision>[] = [
  nameColumn,
  column("Controller", "Object whose past this is.", controllerOf),
  column("Revision", "Number of this state, rising.", (revision) => Number(revision.revision ?? 0)),
  ageColumn,
];

/** Upstream names the controller with its group and version: `daemonset.apps/web`. */
function controllerOf(revision: ControllerRevision): string {
  const owner = revision.metadata.ownerReferences?.find((reference) => reference.controller === true);
  if (owner === undefined) return "<none>";
  const slash = owner.apiVersion.indexOf("/");
  const group = slash < 0 ? "" : `.${owner.apiVersion.slice(0, slash)}`;
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
}
