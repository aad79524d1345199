import { type ApiObject, equalValues, keyOf, labelSelector, type ObjectKey } from "@skates/apimachinery";
import { deployments, replicaSets, statefulSets } from "@skates/api/apps/v1";
import { type Pod, pods, replicationControllers } from "@skates/api/core/v1";
import { podDisruptionBudgets } from "@skates/api/policy/v1";
import { type Controller, type Listers, watch } from "@skates/controller-runtime";
import { podReady } from "../pod/pod-state.ts";
import type { OtherScales } from "./other-scales.ts";
import { type DisruptionView, planDisruption } from "./plan.ts";

/** Keeps account of how many pods of a budget may be taken away. */
export function disruptionController(others: OtherScales): Controller<DisruptionView> {
  return {
    name: "disruption-controller",
    watches: [
      watch({ resource: podDisruptionBudgets, keys: (budget) => [keyOf(budget)] }),
      watch({
        resource: pods,
        keys: (pod, old, listers) => {
          if (old === undefined) return budgetsOf(pod, listers);
          return changed(pod, old) ? [...budgetsOf(pod, listers), ...budgetsOf(old, listers)] : [];
        },
      }),
      watch({ resource: deployments, keys: budgetsBeside }),
      watch({ resource: replicaSets, keys: budgetsBeside }),
      watch({ resource: statefulSets, keys: budgetsBeside }),
      watch({ resource: replicationControllers, keys: budgetsBeside }),
    ],
    view: (listers) => ({
      budgets: listers.for(podDisruptionBudgets),
      pods: listers.for(pods),
      deployments: listers.for(deployments),
      replicaSets: listers.for(replicaSets),
      statefulSets: listers.for(statefulSets),
      replicationControllers: listers.for(replicationControllers),
      others,
    }),
    plan: planDisruption,
  };
}

function budgetsOf({ metadata: { namespace, labels } }: Pod, listers: Listers): readonly ObjectKey[] {
  return listers
    .for(podDisruptionBudgets)
    .list(namespace)
    .filter(({ spec }) => labelSelector(spec?.selector).matches(labels))
    .map(keyOf);
}

interface Scaled extends ApiObject {
  readonly spec?: { readonly replicas?: number | undefined } | undefined;
}

/** All budgets of the namespace, when a manager of pods comes, goes or gets another size. */
function budgetsBeside(manager: Scaled, old: Scaled | undefined, listers: Listers): readonly ObjectKey[] {
  if (old !== undefined && old.spec?.replicas === manager.spec?.replicas) return [];
  return listers.for(podDisruptionBudgets).list(manager.metadata.namespace).map(keyOf);
}

/** True if a change of a pod can show in a budget. */
function changed(pod: Pod, old: Pod): boolean {
  const shown = (one: Pod): unknown => {
    const { labels, deletionTimestamp, ownerReferences } = one.metadata;
    return [labels, deletionTimestamp, ownerReferences, podReady(one)];
  };
  return !equalValues(shown(pod), shown(old));
}
