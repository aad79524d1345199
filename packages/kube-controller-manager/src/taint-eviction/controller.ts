import { equalValues, keyOf } from "@skates/apimachinery";
import { nodes, pods, type Taint } from "@skates/api/core/v1";
import { type Controller, watch } from "@skates/controller-runtime";
import { byNode } from "../pod/pod-state.ts";
import { executing, planTaintEviction, type TaintEvictionView } from "./plan.ts";

/** Drives pods from nodes that are tainted so. Keys are pods. */
export const taintEvictionController: Controller<TaintEvictionView> = {
  name: "taint-eviction-controller",
  watches: [
    watch({
      resource: nodes,
      keys: (node, old, listers) => {
        const before = old === undefined ? [] : executing(old);
        if (equalValues(before, executing(node))) return [];
        return listers.for(pods).by("node", node.metadata.name).map(keyOf);
      },
    }),
    watch({
      resource: pods,
      keys: (pod, old) => {
        const same = old?.spec.nodeName === pod.spec.nodeName && old?.spec.tolerations === pod.spec.tolerations;
        return pod.spec.nodeName === undefined || same ? [] : [keyOf(pod)];
      },
      indexes: { node: byNode },
    }),
  ],
  view: (listers) => ({
    pods: listers.for(pods),
    nodes: listers.for(nodes),
    firstSeenMs: rememberTaints(),
    waiting: new Set(),
  }),
  plan: planTaintEviction,
};

/** Bounded by forgetting the oldest: a taint without a time is set by hand. */
const REMEMBERED_MAX = 1000;

function rememberTaints(): TaintEvictionView["firstSeenMs"] {
  const seen = new Map<string, number>();
  return (node: string, { key, value = "" }: Taint, nowMs) => {
    const id = JSON.stringify([node, key, value]);
    const known = seen.get(id);
    if (known !== undefined) return known;
    seen.set(id, nowMs);
    const [oldest] = seen.keys();
    if (seen.size > REMEMBERED_MAX && oldest !== undefined) seen.delete(oldest);
    return nowMs;
  };
}
