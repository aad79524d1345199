import { labelSelector, type Selector } from "@skates/apimachinery";
import { podSelectsNode, type Taint, type TopologySpreadConstraint, untoleratedTaint } from "@skates/api/core/v1";
import type { Snapshot } from "../snapshot/cluster.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { textOf, withKeys } from "../snapshot/pod-terms.ts";
import type { DomainTable } from "../snapshot/domain-table.ts";

/** A constraint of a pod, ready to be counted. */
export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly minDomains: number;
  /** Pods that the constraint means, over the nodes that take part in the counting. */
  readonly table: DomainTable;
  /** The pod itself is one of them. */
  readonly meansItself: boolean;
  /** Pods that it means on a node, whether or not the node takes part. */
  onNode(node: NodeInfo): number;
}

/** Constraints of one pod that are counted together: a node that lacks the label of one of them takes part in none. */
export interface SpreadGroup {
  readonly constraints: readonly { readonly constraint: TopologySpreadConstraint; readonly selector: Selector }[];
  readonly needsAll: boolean;
}

/** The pod's own constraints of one kind. */
export function ownConstraints(pod: PodInfo, kind: TopologySpreadConstraint["whenUnsatisfiable"]): SpreadGroup {
  const constraints = (pod.pod.spec.topologySpreadConstraints ?? [])
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === kind)
    .map((constraint) => ({ constraint, selector: selectorOf(pod, constraint) }));
  return { constraints, needsAll: true };
}

/** All that `spreadConstraints` depends on, as plain JSON. */
export function signConstraints(pod: PodInfo, { constraints, needsAll }: SpreadGroup, snapshot: Snapshot): unknown {
  if (constraints.length === 0) return null;
  const { nodeSelector, affinity, tolerations } = pod.pod.spec;
  return [
    needsAll,
    pod.namespace,
    constraints.map(({ constraint, selector }) => [
      { ...constraint, labelSelector: undefined, matchLabelKeys: undefined },
      textOf(selector),
      selector.matches(pod.pod.metadata.labels),
      snapshot.tables.topology(constraint.topologyKey).single,
    ]),
    [nodeSelector, affinity?.nodeAffinity, tolerations],
  ];
}

/** The constraints with what is counted for them. */
export function spreadConstraints(
  pod: PodInfo,
  { constraints, needsAll }: SpreadGroup,
  snapshot: Snapshot,
): readonly SpreadConstraint[] {
  const keys = needsAll ? [...new Set(constraints.map(({ constraint }) => constraint.topologyKey))] : [];
  return constraints.map(({ constraint, selector }) => {
    const onNode = (node: NodeInfo): number => {
      let count = 0;
      for (const other of node.pods.values()) if (isMeant(other, pod.namespace, selector)) count++;
      return count;
    };
    const policy = countingPolicy(pod, constraint);
    const id = `spread/${pod.namespace}/${textOf(selector) ?? "nothing"}/${selector.nothing}/${policy.id}/${keys.join()}`;
    const contribution = (node: NodeInfo): number => {
      for (const key of keys) if (node.node.metadata.labels?.[key] === undefined) return Number.NaN;
      return policy.counts(node) ? onNode(node) : Number.NaN;
    };
    return {
      maxSkew: constraint.maxSkew,
      minDomains: constraint.minDomains ?? 1,
      table: snapshot.tables.domains(constraint.topologyKey, id, contribution),
      meansItself: selector.matches(pod.pod.metadata.labels),
      onNode,
    };
  });
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
function countingPolicy(
  { pod }: PodInfo,
  constraint: TopologySpreadConstraint,
): { readonly id: string; counts(node: NodeInfo): boolean } {
  const { spec } = pod;
  const { nodeSelector, affinity, tolerations } = spec;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const selects = nodeSelector !== undefined || required !== undefined;
  const byAffinity = selects && (constraint.nodeAffinityPolicy ?? "Honor") === "Honor";
  const byTaints = constraint.nodeTaintsPolicy === "Honor";
  if (!byAffinity && !byTaints) return { id: "", counts: () => true };
  return {
    id: JSON.stringify([byAffinity ? [nodeSelector, required] : null, byTaints ? (tolerations ?? []) : null]),
    counts({ node }) {
      if (byAffinity && !podSelectsNode(spec, node)) return false;
      return !byTaints || untoleratedTaint(node.spec.taints, tolerations, repels) === undefined;
    },
  };
}

function repels({ effect }: Taint): boolean {
  return effect === "NoSchedule" || effect === "NoExecute";
}
