import type { ClusterEvent } from "../framework/cluster-event.ts";
import type { NodeJudge, SchedulerPlugin } from "../framework/plugin.ts";
import { unresolvable, unschedulable, type Verdict } from "../framework/verdict.ts";
import type { Snapshot } from "../snapshot/cluster.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import type { AffinityTerm } from "../snapshot/pod-terms.ts";
import type { HeldTerm, TermIndex } from "../snapshot/term-index.ts";
import { DomainSums, type PerNode } from "./domain-sums.ts";

const AFFINITY = unresolvable("node(s) didn't match pod affinity rules");
const ANTI_AFFINITY = unschedulable("node(s) didn't match pod anti-affinity rules");
const EXISTING = unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");

/** Keeps pods near to or away from other pods, as they or the others ask. */
export const interPodAffinity: SchedulerPlugin = {
  name: "InterPodAffinity",
  weight: 2,
  wakes: [
    { on: ["NodeAdded", "NodeLabelsChanged", "NamespaceChanged"] },
    { on: ["AssignedPodAdded", "AssignedPodUpdated", "AssignedPodDeleted"], helps },
  ],
  prepare(pod, snapshot) {
    const own = [near(pod, snapshot), away(pod, snapshot)].filter((one) => one !== undefined);
    const others = tolerated(pod, snapshot);
    const filters = [...own, others.filter];
    const passesAll = own.length === 0 && others.passesAll;
    const score = attraction(pod, snapshot);
    const filter = (node: NodeInfo): Verdict => {
      for (const one of filters) {
        const rejection = one(node);
        if (rejection !== undefined) return rejection;
      }
      return undefined;
    };
    return score === undefined ? { filter, passesAll } : { filter, passesAll, score, normalize };
  },
};

type NodeFilter = (node: NodeInfo) => Verdict;

/** Required affinity of the pod. */
function near(pod: PodInfo, snapshot: Snapshot): NodeFilter | undefined {
  const terms = pod.terms?.requiredAffinity ?? [];
  if (terms.length === 0) return undefined;
  const matchesAll = (other: PodInfo): boolean => terms.every((term) => matches(term, other, snapshot));
  const perNode = snapshot.tables.count(countId("all", terms, snapshot), matchesAll);
  const sums = terms.map((term) => sumsOf(term, perNode, snapshot).addAll());
  // The first of a group that wants to be together may go anywhere.
  const first = sums.every((sum) => sum.empty) && matchesAll(pod);
  return (node) => {
    let found = true;
    for (const sum of sums) {
      const count = sum.at(node);
      if (count === undefined) return AFFINITY;
      if (count <= 0) found = false;
    }
    return found || first ? undefined : AFFINITY;
  };
}

/** Required anti-affinity of the pod. */
function away(pod: PodInfo, snapshot: Snapshot): NodeFilter | undefined {
  const terms = pod.terms?.requiredAnti ?? [];
  if (terms.length === 0) return undefined;
  const sums = terms.map((term) => countedBy(term, snapshot).addAll());
  return (node) => (sums.some((sum) => (sum.at(node) ?? 0) > 0) ? ANTI_AFFINITY : undefined);
}

/** Required anti-affinity of pods that are there. */
function tolerated(pod: PodInfo, snapshot: Snapshot): { readonly filter: NodeFilter; readonly passesAll: boolean } {
  const index = snapshot.tables.repelling();
  const sums: DomainSums[] = [];
  for (const held of index.terms()) {
    if (matches(held.term, pod, snapshot)) sums.push(heldSums(held, index, snapshot));
  }
  /** Terms of pods that are only tried out on the node. */
  const tried = (node: NodeInfo): boolean => {
    if (snapshot.nodes[node.slot] === node) return false;
    for (const { term } of index.onNode(node).values()) {
      const labelled = node.node.metadata.labels?.[term.topologyKey] !== undefined;
      if (labelled && !index.has(term.id) && matches(term, pod, snapshot)) return true;
    }
    return false;
  };
  return {
    filter: (node) => (sums.some((sum) => (sum.at(node) ?? 0) > 0) || tried(node) ? EXISTING : undefined),
    passesAll: sums.length === 0,
  };
}

/** Preferences of the pod and of pods that are there. */
function attraction(pod: PodInfo, snapshot: Snapshot): NodeJudge["score"] {
  const parts: { readonly sums: DomainSums; readonly weight: number }[] = [];
  for (const { term, weight } of pod.terms?.preferredAffinity ?? []) {
    parts.push({ sums: countedBy(term, snapshot).addAll(), weight });
  }
  for (const { term, weight } of pod.terms?.preferredAnti ?? []) {
    parts.push({ sums: countedBy(term, snapshot).addAll(), weight: -weight });
  }
  const index = snapshot.tables.attracting();
  for (const held of index.terms()) {
    if (matches(held.term, pod, snapshot)) parts.push({ sums: heldSums(held, index, snapshot), weight: 1 });
  }
  const telling = parts.filter(({ sums }) => !sums.empty);
  if (telling.length === 0) return undefined;
  return (node) => {
    let score = 0;
    for (const { sums, weight } of telling) score += weight * (sums.at(node) ?? 0);
    return score;
  };
}

/** The lowest becomes 0, the highest 100. */
function normalize(scores: Float64Array): void {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const score of scores) {
    if (score < min) min = score;
    if (score > max) max = score;
  }
  const range = max - min;
  for (let i = 0; i < scores.length; i++) {
    scores[i] = range > 0 ? Math.trunc(100 * (((scores[i] ?? 0) - min) / range)) : 0;
  }
}

function matches(term: AffinityTerm, pod: PodInfo, snapshot: Snapshot): boolean {
  const { namespaces, namespaceSelector, selector } = term;
  if (!selector.matches(pod.pod.metadata.labels)) return false;
  if (namespaces.has(pod.namespace)) return true;
  return namespaceSelector?.matches(snapshot.namespaceLabels(pod.namespace)) ?? false;
}

/** Counts pods that a term means, over the parts that it speaks of. */
function countedBy(term: AffinityTerm, snapshot: Snapshot): DomainSums {
  const id = countId("one", [term], snapshot);
  return sumsOf(
    term,
    snapshot.tables.count(id, (other) => matches(term, other, snapshot)),
    snapshot,
  );
}

/** Selectors of namespaces may mean others once these change. */
function countId(kind: string, terms: readonly AffinityTerm[], snapshot: Snapshot): string {
  const stamp = terms.some(({ namespaceSelector }) => namespaceSelector !== undefined) ? snapshot.namespaceStamp : 0;
  return `affinity/${kind}/${stamp}/${terms.map(({ id }) => id).join()}`;
}

function sumsOf({ topologyKey }: AffinityTerm, perNode: PerNode, snapshot: Snapshot): DomainSums {
  return new DomainSums({ slots: snapshot, topology: snapshot.tables.topology(topologyKey), perNode });
}

function heldSums({ term, bySlot }: HeldTerm, index: TermIndex, snapshot: Snapshot): DomainSums {
  const sums = sumsOf(
    term,
    { at: (slot) => bySlot.get(slot) ?? 0, of: (node) => index.onNode(node).get(term.id)?.weight ?? 0 },
    snapshot,
  );
  for (const slot of bySlot.keys()) sums.add(slot);
  return sums;
}

/** A pod that came may be the one to be near to; one that left, the one to be away from, or one that wanted this one away. */
function helps({ terms, pod, namespace }: PodInfo, event: ClusterEvent): boolean {
  if (!("pod" in event)) return true;
  const other = event.pod;
  const means = (term: AffinityTerm, labels: Pod["metadata"]["labels"], of: string): boolean =>
    (term.namespaces.has(of) || term.namespaceSelector !== undefined) && term.selector.matches(labels);
  const { labels } = other.pod.metadata;
  const came =
    event.kind !== "AssignedPodDeleted" &&
    (terms?.requiredAffinity ?? []).some((term) => means(term, labels, other.namespace));
  const left =
    event.kind !== "AssignedPodAdded" &&
    ((terms?.requiredAnti ?? []).some((term) => means(term, labels, other.namespace)) ||
      (other.terms?.requiredAnti ?? []).some((term) => means(term, pod.metadata.labels, namespace)) ||
      event.kind === "AssignedPodUpdated");
  return came || left;
}

type Pod = PodInfo["pod"];
