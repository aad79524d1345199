import type { Node, Pod } from "@skates/api/core/v1";
import { isRejection, type SchedulerPlugin } from "../framework/plugin.ts";
import { Cluster } from "../snapshot/cluster.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import { podInfoOf } from "../snapshot/pod-info.ts";

/** A cluster of these nodes, and of those of the pods that have a node. */
export function clusterOf(nodes: readonly Node[], pods: readonly Pod[] = []): Cluster {
  const cluster = new Cluster();
  for (const node of nodes) cluster.setNode(node);
  for (const pod of pods) cluster.setPod(podInfoOf(pod), pod.spec.nodeName ?? "");
  return cluster;
}

/** What a plugin says of a pod: by node the reasons against it, or its normalized score; or the reasons against all. */
export function ask(
  plugin: SchedulerPlugin,
  pod: Pod,
  cluster: Cluster,
): string | Readonly<Record<string, string | number>> {
  const prepared = plugin.prepare?.(podInfoOf(pod), cluster);
  if (isRejection(prepared)) return prepared.reasons.join(", ");
  const said: Record<string, string | number> = {};
  const feasible: NodeInfo[] = [];
  for (const node of cluster.nodes) {
    if (node === undefined) continue;
    if (prepared?.only?.has(node.name) === false) {
      said[node.name] = "not among those it names";
      continue;
    }
    const rejection = prepared?.filter?.(node);
    if (rejection !== undefined) {
      said[node.name] = `${rejection.resolvable ? "" : "! "}${rejection.reasons.join(", ")}`;
      continue;
    }
    feasible.push(node);
  }
  prepared?.weigh?.(feasible);
  const normalized = Float64Array.from(feasible, (node) => prepared?.score?.(node) ?? 0);
  prepared?.normalize?.(normalized);
  feasible.forEach(({ name }, i) => (said[name] = normalized[i] ?? 0));
  return said;
}
