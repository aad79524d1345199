import { equalValues, keyOf, labelSelector, type ObjectKey } from "@skates/apimachinery";
import { controllerRevisions, daemonSets } from "@skates/api/apps/v1";
import { type Node, nodes, type Pod, pods } from "@skates/api/core/v1";
import { type Controller, type Listers, watch, controllerOf, OWNER_INDEXES } from "@skates/controller-runtime";
import { rememberFailures } from "./failed-pods.ts";
import { fitFor } from "./fit.ts";
import { type DaemonSetView, planDaemonSet } from "./plan.ts";

/** Keeps one pod on each node that fits. */
export const daemonSetController: Controller<DaemonSetView> = {
  name: "daemon-set-controller",
  watches: [
    watch({ resource: daemonSets, keys: (set) => [keyOf(set)] }),
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
        return owner?.kind === "DaemonSet" ? [{ namespace, name: owner.name }] : [];
      },
      indexes: OWNER_INDEXES,
    }),
    watch({ resource: nodes, keys: setsFor }),
  ],
  view: (listers) => ({
    daemonSets: listers.for(daemonSets),
    nodes: listers.for(nodes),
    pods: listers.for(pods),
    revisions: listers.for(controllerRevisions),
    failedPods: rememberFailures(),
  }),
  plan: planDaemonSet,
};

/** The set that manages a pod; for a pod that nobody manages, all sets that would take it. */
function setsOf(pod: Pod, listers: Listers): readonly ObjectKey[] {
  const { namespace, labels } = pod.metadata;
  const owner = controllerOf(pod);
  if (owner !== undefined) return owner.kind === "DaemonSet" ? [{ namespace, name: owner.name }] : [];
  const sets = listers.for(daemonSets).list(namespace);
  return sets.filter((set) => labelSelector(set.spec.selector).matches(labels)).map(keyOf);
}

/** The sets for which a change of a node makes a difference: heartbeats make none. */
function setsFor(node: Node, old: Node | undefined, listers: Listers): readonly ObjectKey[] {
  if (old !== undefined && equalValues(old.metadata.labels, node.metadata.labels) && equalValues(old.spec, node.spec)) {
    return [];
  }
  return listers
    .for(daemonSets)
    .list()
    .filter((set) => {
      const fit = fitFor(set);
      return old === undefined ? fit(node).stays : !equalValues(fit(node), fit(old));
    })
    .map(keyOf);
}
