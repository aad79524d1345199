import { keyOf } from "@skates/apimachinery";
import { leases } from "@skates/api/coordination/v1";
import { nodes, pods } from "@skates/api/core/v1";
import { type Controller, watch } from "@skates/controller-runtime";
import { byNode } from "../pod/pod-state.ts";
import { createHeartbeats } from "./heartbeats.ts";
import { LEASE_NAMESPACE, type NodeLifecycleView, planNode } from "./plan.ts";
import { readyCondition } from "./taints.ts";
import { concernedNodes, createEvictionPace, EVICTION_RATES, type EvictionRates, ZONE_INDEXES } from "./zones.ts";

/** Watches over the life of nodes. Keys are nodes. `elapsedMs`: by a clock that nobody sets. */
export function nodeLifecycleController(
  elapsedMs: () => number,
  rates: Partial<EvictionRates> = {},
): Controller<NodeLifecycleView> {
  const own = { ...EVICTION_RATES, ...rates };
  return {
    name: "node-controller",
    watches: [
      watch({
        resource: nodes,
        keys: (node, old, listers) => {
          const same = old !== undefined && readyCondition(old)?.status === readyCondition(node)?.status;
          if (same) return [keyOf(node)];
          // From how many nodes pods are driven depends on how many others are ready.
          const others = concernedNodes(listers.for(nodes), { node, old }, own);
          return [keyOf(node), ...others.map(keyOf)];
        },
        indexes: ZONE_INDEXES,
      }),
      watch({
        resource: leases,
        keys: ({ metadata: { name, namespace } }) => (namespace === LEASE_NAMESPACE ? [{ name }] : []),
      }),
      // Pods are looked at when their node changes.
      watch({ resource: pods, keys: () => [], indexes: { node: byNode } }),
    ],
    view: (listers) => ({
      nodes: listers.for(nodes),
      leases: listers.for(leases),
      pods: listers.for(pods),
      heartbeats: createHeartbeats(),
      elapsedMs,
      rates: own,
      pace: createEvictionPace(),
    }),
    plan: planNode,
  };
}
