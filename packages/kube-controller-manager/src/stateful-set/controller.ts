import { keyOf, labelSelector, type ObjectKey } from "@skates/apimachinery";
import { controllerRevisions, statefulSets } from "@skates/api/apps/v1";
import { persistentVolumeClaims, type Pod, pods } from "@skates/api/core/v1";
import { type Controller, type Listers, watch, controllerOf, OWNER_INDEXES } from "@skates/controller-runtime";
import { planStatefulSet, type StatefulSetView } from "./plan.ts";

/** Keeps pods that have names and claims of their own, one after another. */
export const statefulSetController: Controller<StatefulSetView> = {
  name: "statefulset-controller",
  watches: [
    watch({ resource: statefulSets, keys: (set) => [keyOf(set)] }),
    watch({
      resource: pods,
      keys: (pod, old, listers) => [...setsOf(pod, listers), ...(old === undefined ? [] : setsOf(old, listers))],
      indexes: OWNER_INDEXES,
    }),
    watch({
      resource: controllerRevisions,
      keys: (revision) => {
        const owner = controllerOf(revision);
        const { namespace } = revision.metadata;
        return owner?.kind === "StatefulSet" ? [{ namespace, name: owner.name }] : [];
      },
      indexes: OWNER_INDEXES,
    }),
    watch({
      resource: persistentVolumeClaims,
      keys: ({ metadata }, _old, listers) => setsWithClaim(metadata, listers),
    }),
  ],
  view: (listers) => ({
    statefulSets: listers.for(statefulSets),
    pods: listers.for(pods),
    revisions: listers.for(controllerRevisions),
    claims: listers.for(persistentVolumeClaims),
  }),
  plan: planStatefulSet,
};

/** The set that manages a pod; for a pod that nobody manages, all sets that would take it. */
function setsOf(pod: Pod, listers: Listers): readonly ObjectKey[] {
  const { namespace, labels, name } = pod.metadata;
  const owner = controllerOf(pod);
  if (owner !== undefined) return owner.kind === "StatefulSet" ? [{ namespace, name: owner.name }] : [];
  return listers
    .for(statefulSets)
    .list(namespace)
    .filter((set) => name.startsWith(`${set.metadata.name}-`) && labelSelector(set.spec.selector).matches(labels))
    .map(keyOf);
}

/** The sets to which a claim may belong by its name: `<template>-<set>-<number>`. */
function setsWithClaim({ namespace, name }: ObjectKey, listers: Listers): readonly ObjectKey[] {
  const stem = /^(.*)-\d+$/.exec(name)?.[1];
  if (stem === undefined) return [];
  return listers
    .for(statefulSets)
    .list(namespace)
    .filter((set) => (set.spec.volumeClaimTemplates ?? []).length > 0 && stem.endsWith(`-${set.metadata.name}`))
    .map(keyOf);
}
