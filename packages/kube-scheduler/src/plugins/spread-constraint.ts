import { labelSelector, type Selector } from "@skates/apimachinery";
import { podSelectsNode, type Taint, type TopologySpreadConstraint, untoleratedTaint } from "@skates/api/core/v1";
import type { Snapshot } from "../snapshot/cluster.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { textOf, withKeys } from "../snapshot/pod-terms.ts";
import type { SlotCounts } from "../snapshot/slot-counts.ts";
import type { Topology } from "../snapshot/topology.ts";

/** A constraint of a pod, ready to be counted. */
export interface SpreadConstraint {
  readonly topology: Topology;
  readonly maxSkew: number;
  readonly minDomains: number;
  /** Pods that the constraint means, by node. */
  readonly counts: SlotCounts;
  /** The pod itself is one of them. */
  readonly meansItself: boolean;
  /** The node takes part in the counting. */
  counted(node: NodeInfo): boolean;
}

/** The pod's own constraints of one kind. */
export function spreadConstraints(
  pod: PodInfo,
  kind: TopologySpreadConstraint["whenUnsatisfiable"],
  snapshot: Snapshot,
): readonly SpreadConstraint[] {
  return (pod.pod.spec.topologySpreadConstraints ?? [])
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === kind)
    .map((constraint) => spreadConstraint(pod, { constraint, selector: selectorOf(pod, constraint) }, snapshot));
}

/** A constraint over the pods that `selector` means. */
export function spreadConstraint(
  pod: PodInfo,
  { constraint, selector }: { readonly constraint: TopologySpreadConstraint; readonly selector: Selector },
  snapshot: Snapshot,
): SpreadConstraint {
  const id = `spread/${pod.namespace}/${textOf(selector) ?? "nothing"}/${selector.nothing}`;
  return {
    topology: snapshot.tables.topology(constraint.topologyKey),
    maxSkew: constraint.maxSkew,
    minDomains: constraint.minDomains ?? 1,
    counts: snapshot.tables.count(id, (other) => isMeant(other, pod.namespace, selector)),
    meansItself: selector.matches(pod.pod.metadata.labels),
    counted: countedBy(pod, constraint),
  };
}

/** The selector of a constraint, with the pod's own values of `matchLabelKeys`. */
export function selectorOf(
  { pod }: PodInfo,
  { labelSelector: given, matchLabelKeys = [] }: TopologySpreadConstraint,
): Selector {
  return labelSelector(withKeys(given, pod, { keys: matchLabelKeys, operator: "In" }));
}

/** Pods that are about to go do not count. */
function isMeant({ pod, namespace }: PodInfo, inNamespace: string, selector: Selector): boolean {
  const { labels, deletionTimestamp } = pod.metadata;
  return namespace === inNamespace && deletionTimestamp === undefined && selector.matches(labels);
}

/** Nodes that the pod could not go to are left out as far as the constraint's policies say so. */
function countedBy({ pod }: PodInfo, constraint: TopologySpreadConstraint): (node: NodeInfo) => boolean {
  const { spec } = pod;
  const selects = spec.nodeSelector !== undefined || spec.affinity?.nodeAffinity !== undefined;
  const byAffinity = selects && (constraint.nodeAffinityPolicy ?? "Honor") === "Honor";
  const byTaints = constraint.nodeTaintsPolicy === "Honor";
  if (!byAffinity && !byTaints) return () => true;
  return ({ node }) => {
    if (byAffinity && !podSelectsNode(spec, node)) return false;
    return !byTaints || untoleratedTaint(node.spec.taints, spec.tolerations, repels) === undefined;
  };
}

function repels({ effect }: Taint): boolean {
  return effect === "NoSchedule" || effect === "NoExecute";
}
