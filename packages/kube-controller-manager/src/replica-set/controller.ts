import { keyOf, labelSelector, type ObjectKey } from "@skates/apimachinery";
import { replicaSets } from "@skates/api/apps/v1";
import { type Pod, pods } from "@skates/api/core/v1";
import { type Controller, type Listers, watch, controllerOf, OWNER_INDEXES } from "@skates/controller-runtime";
import { planReplicaSet, type ReplicaSetView } from "./plan.ts";

/** Keeps as many pods of a template as a replica set wants. */
export const replicaSetController: Controller<ReplicaSetView> = {
  name: "replicaset-controller",
  watches: [
    watch({ resource: replicaSets, keys: (set) => [keyOf(set)], indexes: OWNER_INDEXES }),
    watch({
      resource: pods,
      keys: (pod, old, listers) => [...setsOf(pod, listers), ...(old === undefined ? [] : setsOf(old, listers))],
      indexes: OWNER_INDEXES,
    }),
  ],
  view: (listers) => ({ replicaSets: listers.for(replicaSets), pods: listers.for(pods) }),
  plan: planReplicaSet,
};

/** The set that manages a pod; for a pod that nobody manages, all sets that would take it. */
function setsOf(pod: Pod, listers: Listers): readonly ObjectKey[] {
  const { namespace, labels } = pod.metadata;
  const owner = controllerOf(pod);
  if (owner !== undefined) return owner.kind === "ReplicaSet" ? [{ namespace, name: owner.name }] : [];
  const sets = listers.for(replicaSets).list(namespace);
  return sets.filter((set) => labelSelector(set.spec.selector).matches(labels)).map(keyOf);
}
