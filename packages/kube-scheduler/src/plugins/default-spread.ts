import { labelSelector, type Requirement, type Selector, selectorFromLabels, selectorOf } from "@skates/apimachinery";
import type { ReplicaSet, StatefulSet } from "@skates/api/apps/v1";
import type { ReplicationController, Service, TopologySpreadConstraint } from "@skates/api/core/v1";
import { controllerOf } from "@skates/controller-runtime";
import type { PodInfo } from "../snapshot/pod-info.ts";

/** What pods may belong to. */
export interface Owners {
  services(namespace: string): readonly Service[];
  replicaSet(namespace: string, name: string): ReplicaSet | undefined;
  statefulSet(namespace: string, name: string): StatefulSet | undefined;
  replicationController(namespace: string, name: string): ReplicationController | undefined;
}

/** A cluster without any. */
export const NO_OWNERS: Owners = {
  services: () => [],
  replicaSet: () => undefined,
  statefulSet: () => undefined,
  replicationController: () => undefined,
};

/** How pods are spread that say nothing of it themselves. */
export const DEFAULT_CONSTRAINTS: readonly TopologySpreadConstraint[] = [
  { maxSkew: 3, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway" },
  { maxSkew: 5, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway" },
];

/** The pods that belong together with this one: of the same services and the same controller. Undefined: it stands alone. */
export function defaultSelector({ pod, namespace }: PodInfo, owners: Owners): Selector | undefined {
  const requirements: Requirement[] = [];
  for (const { spec } of owners.services(namespace)) {
    const selector = selectorFromLabels(spec?.selector);
    if (spec?.selector !== undefined && selector.matches(pod.metadata.labels))
      requirements.push(...selector.requirements);
  }
  const owner = controllerOf(pod);
  if (owner !== undefined) {
    const key = `${owner.apiVersion}/${owner.kind}`;
    if (key === "apps/v1/ReplicaSet") {
      requirements.push(...labelSelector(owners.replicaSet(namespace, owner.name)?.spec?.selector).requirements);
    } else if (key === "apps/v1/StatefulSet") {
      requirements.push(...labelSelector(owners.statefulSet(namespace, owner.name)?.spec?.selector).requirements);
    } else if (key === "v1/ReplicationController") {
      const selector = owners.replicationController(namespace, owner.name)?.spec?.selector;
      requirements.push(...selectorFromLabels(selector).requirements);
    }
  }
  return requirements.length === 0 ? undefined : selectorOf(requirements);
}
