import { keyOf, labelSelector, type ObjectKey } from "@skates/apimachinery";
import { deployments, type ReplicaSet, replicaSets } from "@skates/api/apps/v1";
import { type Pod, pods } from "@skates/api/core/v1";
import { type Controller, type Listers, watch, controllerOf, OWNER_INDEXES } from "@skates/controller-runtime";
import { type DeploymentView, planDeployment } from "./plan.ts";

/** Replaces the pods of a deployment by those of a changed template, a few at a time. */
export const deploymentController: Controller<DeploymentView> = {
  name: "deployment-controller",
  watches: [
    watch({ resource: deployments, keys: (deployment) => [keyOf(deployment)] }),
    watch({
      resource: replicaSets,
      keys: (set, old, listers) => [...ownersOf(set, listers), ...(old === undefined ? [] : ownersOf(old, listers))],
      indexes: OWNER_INDEXES,
    }),
    watch({ resource: pods, keys: (pod, _old, listers) => recreatedBy(pod, listers), indexes: OWNER_INDEXES }),
  ],
  view: (listers) => ({
    deployments: listers.for(deployments),
    replicaSets: listers.for(replicaSets),
    pods: listers.for(pods),
  }),
  plan: planDeployment,
};

/** The deployment that manages a set; for a set that nobody manages, all that would take it. */
function ownersOf(set: ReplicaSet, listers: Listers): readonly ObjectKey[] {
  const { namespace, labels } = set.metadata;
  const owner = controllerOf(set);
  if (owner !== undefined) return owner.kind === "Deployment" ? [{ namespace, name: owner.name }] : [];
  const candidates = listers.for(deployments).list(namespace);
  return candidates.filter((one) => labelSelector(one.spec.selector).matches(labels)).map(keyOf);
}

/** Deployments that wait for the last old pod to be gone. */
function recreatedBy(pod: Pod, listers: Listers): readonly ObjectKey[] {
  const { namespace } = pod.metadata;
  const owner = controllerOf(pod);
  if (owner?.kind !== "ReplicaSet") return [];
  const set = listers.for(replicaSets).get({ namespace, name: owner.name });
  const manager = set === undefined ? undefined : controllerOf(set);
  if (manager?.kind !== "Deployment") return [];
  const deployment = listers.for(deployments).get({ namespace, name: manager.name });
  return deployment?.spec.strategy?.type === "Recreate" ? [keyOf(deployment)] : [];
}
