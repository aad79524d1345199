import { keyOf, type ObjectKey } from "@skates/apimachinery";
import { type Pod, pods, replicationControllers } from "@skates/api/core/v1";
import { type Controller, type Listers, watch, controllerOf, OWNER_INDEXES } from "@skates/controller-runtime";
import { chooses } from "../endpoint-slice/chooses.ts";
import { planReplicationController, type ReplicationControllerView } from "./plan.ts";

/** Keeps as many pods of a template as a replication controller wants. */
export const replicationController: Controller<ReplicationControllerView> = {
  name: "replication-controller",
  watches: [
    watch({ resource: replicationControllers, keys: (controller) => [keyOf(controller)] }),
    watch({
      resource: pods,
      keys: (pod, old, listers) => [
        ...controllersOf(pod, listers),
        ...(old === undefined ? [] : controllersOf(old, listers)),
      ],
      indexes: OWNER_INDEXES,
    }),
  ],
  view: (listers) => ({ controllers: listers.for(replicationControllers), pods: listers.for(pods) }),
  plan: planReplicationController,
};

/** The replication controller that manages a pod; for a pod that nobody manages, all that would take it. */
function controllersOf(pod: Pod, listers: Listers): readonly ObjectKey[] {
  const { namespace } = pod.metadata;
  const owner = controllerOf(pod);
  if (owner !== undefined) return owner.kind === "ReplicationController" ? [{ namespace, name: owner.name }] : [];
  return listers
    .for(replicationControllers)
    .list(namespace)
    .filter(({ spec: { selector } }) => selector !== undefined && chooses(selector, pod.metadata.labels))
    .map(keyOf);
}
