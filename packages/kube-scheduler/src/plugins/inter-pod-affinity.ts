import type { InterPodAffinityArgs } from "@skates/api/kubescheduler/v1";
import type { ClusterEvent } from "../framework/cluster-event.ts";
import type { GroupedJudge, NodeJudge, SchedulerPlugin } from "../framework/plugin.ts";
import { unresolvable, unschedulable, type Verdict } from "../framework/verdict.ts";
import type { Snapshot } from "../snapshot/cluster.ts";
import type { DomainTable } from "../snapshot/domain-table.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import type { AffinityTerm } from "../snapshot/pod-terms.ts";
import type { TermIndex } from "../snapshot/term-index.ts";

const AFFINITY = unresolvable("node(s) didn't match pod affinity rules");
const ANTI_AFFINITY = unschedulable("node(s) didn't match pod anti-affinity rules");
const EXISTING = unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");

/** Keeps pods near to or away from other pods, as they or the others ask. */
export function interPodAffinity(args: Partial<InterPodAffinityArgs> = {}): SchedulerPlugin {
  const hardWeight = args.hardPodAffinityWeight ?? 1;
  const attracting = (pod: PodInfo, snapshot: Snapshot): readonly AffinityTerm[] =>
    args.ignorePreferredTermsOfExistingPods === true && !prefers(pod)
      ? []
      : meaning(pod, snapshot.tables.attracting(hardWeight), snapshot);
  return {
    name: "InterPodAffinity",
    weight: 2,
    wakes: [
      { on: ["NodeAdded", "NodeLabelsChanged", "NamespaceChanged"] },
      { on: ["AssignedPodAdded", "AssignedPodUpdated", "AssignedPodDeleted"], helps },
    ],
    sign(pod, snapshot) {
      const repelling = meaning(pod, snapshot.tables.repelling(), snapshot);
      const attractive = attracting(pod, snapshot);
      const own = ownTerms(pod);
      if (repelling.length === 0 && attractive.length === 0 && own.length === 0) return null;
      const single = [...own.map(({ term }) => term), ...repelling, ...attractive].map(
        ({ topologyKey }) => snapshot.tables.topology(topologyKey).single,
      );
      const affinity = pod.terms?.requiredAffinity ?? [];
      const meansItself = affinity.every((term) => matches(term, pod, snapshot));
      const stamp = own.some(({ term }) => term.namespaceSelector !== undefined) ? snapshot.namespaceStamp : 0;
      const said = own.map(({ kind, term, weight }) => [kind, term.id, weight]);
      return [idsOf(repelling), idsOf(attractive), said, single, meansItself, stamp];
    },
    prepare(pod, snapshot) {
      const counts: Counts = {
        near: near(pod, snapshot),
        away: (pod.terms?.requiredAnti ?? []).map((term) => countedBy(term, snapshot)),
        repelling: meaning(pod, snapshot.tables.repelling(), snapshot).map((term) =>
          heldBy(term, { kind: "repelling", index: snapshot.tables.repelling(), snapshot }),
        ),
        drawn: [
          ...(pod.terms?.preferredAffinity ?? []).map(({ term, weight }) => ({
            table: countedBy(term, snapshot),
            weight,
          })),
          ...(pod.terms?.preferredAnti ?? []).map(({ term, weight }) => ({
            table: countedBy(term, snapshot),
            weight: -weight,
          })),
          ...attracting(pod, snapshot).map((term) => ({
            table: heldBy(term, {
              kind: `attracting${hardWeight}`,
              index: snapshot.tables.attracting(hardWeight),
              snapshot,
            }),
            weight: 1,
          })),
        ],
      };
      return judgeBy(counts, pod, snapshot);
    },
  };
}

/** What is counted for one pod. */
interface Counts {
  readonly near: { readonly tables: readonly DomainTable[]; readonly meansItself: boolean };
  readonly away: readonly DomainTable[];
  readonly repelling: readonly DomainTable[];
  readonly drawn: readonly Drawn[];
}

interface Drawn {
  readonly table: DomainTable;
  readonly weight: number;
}

function judgeBy(counts: Counts, pod: PodInfo, snapshot: Snapshot): NodeJudge {
  const filter = filterBy(counts, pod, snapshot);
  const passesAll = counts.near.tables.length + counts.away.length + counts.repelling.length === 0;
  const tables = [
    ...counts.near.tables,
    ...counts.away,
    ...counts.repelling,
    ...counts.drawn.map(({ table }) => table),
  ];
  // Telling nodes from each other by other labels takes other groups: all is asked anew then.
  const stamp = (): number => tables.reduce((sum, { topology }) => sum + topology.refresh(snapshot).stamp, 0);
  const grouped = groupedBy(counts);
  if (counts.drawn.length === 0) return { filter, passesAll, stamp, grouped };
  const score = (node: NodeInfo): number => {
    let sum = 0;
    for (const { table, weight } of counts.drawn) sum += weight * orZero(table.at(node));
    return sum;
  };
  return { filter, passesAll, stamp, grouped, score, normalize };
}

/** All that speaks against a node, also one that looks otherwise than the snapshot's. */
function filterBy({ near: { tables, meansItself }, away, repelling }: Counts, pod: PodInfo, snapshot: Snapshot) {
  const index = snapshot.tables.repelling();
  /** Terms of pods that are only tried out on the node. */
  const tried = (node: NodeInfo): boolean => {
    if (snapshot.nodes[node.slot] === node) return false;
    for (const { term } of index.onNode(node).values()) {
      const labelled = node.node.metadata.labels?.[term.topologyKey] !== undefined;
      if (labelled && !index.has(term.id) && matches(term, pod, snapshot)) return true;
    }
    return false;
  };
  return (node: NodeInfo): Verdict => {
    if (
      tables.length > 0 &&
      !isNear(
        tables.map((table) => table.at(node)),
        isFirst(tables, meansItself),
      )
    )
      return AFFINITY;
    if (away.some((table) => orZero(table.at(node)) > 0)) return ANTI_AFFINITY;
    if (repelling.some((table) => orZero(table.at(node)) > 0) || tried(node)) return EXISTING;
    return undefined;
  };
}

/** Undefined: the node lacks the label. */
function isNear(sums: readonly (number | undefined)[], first: boolean): boolean {
  let found = true;
  for (const sum of sums) {
    if (sum === undefined) return false;
    if (!(sum > 0)) found = false;
  }
  return found || first;
}

/** The first of a group that wants to be together may go anywhere. */
function isFirst(tables: readonly DomainTable[], meansItself: boolean): boolean {
  return meansItself && tables.every((table) => table.empty);
}

/** Where a label tells every node from all others a node decides by itself, else all nodes of a part alike. */
function groupedBy(counts: Counts): GroupedJudge {
  const { near: close, away, repelling, drawn } = counts;
  const apart = [
    ...away.map((table) => ({ table, verdict: ANTI_AFFINITY })),
    ...repelling.map((table) => ({ table, verdict: EXISTING })),
  ];
  const apartSingle = apart.filter(({ table }) => table.topology.single);
  const apartShared = apart.filter(({ table }) => !table.topology.single);
  const drawnSingle = drawn.filter(({ table }) => table.topology.single);
  const drawnShared = drawn.filter(({ table }) => !table.topology.single);
  const shared = [...apartShared.map(({ table }) => table), ...drawnShared.map(({ table }) => table)];
  const domain = (table: DomainTable) => (node: NodeInfo) => table.topology.domainOf(node.slot);
  /** -1: the label is missing; else whether the node has what it must be near to. */
  const has = (table: DomainTable) => (node: NodeInfo) =>
    table.topology.domainOf(node.slot) < 0 ? -1 : Number(table.of(node) > 0);
  let first = false;
  return {
    keys: [
      ...close.tables.map((table) => (table.topology.single ? has(table) : domain(table))),
      ...shared.map(domain),
      ...(drawnSingle.length === 0
        ? []
        : [
            (node: NodeInfo) => {
              let sum = 0;
              for (const { table, weight } of drawnSingle) {
                if (table.topology.domainOf(node.slot) >= 0) sum += weight * table.of(node);
              }
              return sum;
            },
          ]),
    ],
    local(node) {
      for (const { table, verdict } of apartSingle) {
        if (table.topology.domainOf(node.slot) >= 0 && table.of(node) > 0) return verdict;
      }
      return undefined;
    },
    begin() {
      for (const table of close.tables) table.refresh();
      for (const table of shared) table.refresh();
      first = isFirst(close.tables, close.meansItself);
    },
    filter(keys) {
      let at = 0;
      let found = true;
      for (const table of close.tables) {
        const key = keys[at++] ?? -1;
        if (key < 0) return AFFINITY;
        if (!((table.topology.single ? key : table.sum(key)) > 0)) found = false;
      }
      if (!found && !first) return AFFINITY;
      for (const { table, verdict } of apartShared) if (orZero(table.sum(keys[at++] ?? -1)) > 0) return verdict;
      return undefined;
    },
    ...(drawn.length === 0
      ? {}
      : {
          score(keys) {
            let at = close.tables.length + apartShared.length;
            let score = 0;
            for (const { table, weight } of drawnShared) score += weight * orZero(table.sum(keys[at++] ?? -1));
            return score + (drawnSingle.length === 0 ? 0 : (keys[at] ?? 0));
          },
        }),
  };
}

function orZero(sum: number | undefined): number {
  return sum === undefined || Number.isNaN(sum) ? 0 : sum;
}

/** Required affinity of the pod. */
function near(pod: PodInfo, snapshot: Snapshot): Counts["near"] {
  const terms = pod.terms?.requiredAffinity ?? [];
  const matchesAll = (other: PodInfo): boolean => terms.every((term) => matches(term, other, snapshot));
  const id = countId("all", terms, snapshot);
  const count = (node: NodeInfo): number => countPods(node, matchesAll);
  return {
    tables: terms.map(({ topologyKey }) => snapshot.tables.domains(topologyKey, id, count)),
    meansItself: matchesAll(pod),
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

/** All that the pod says about others. */
function ownTerms({
  terms,
}: PodInfo): readonly { readonly kind: string; readonly term: AffinityTerm; readonly weight: number }[] {
  if (terms === undefined) return [];
  return [
    ...terms.requiredAffinity.map((term) => ({ kind: "near", term, weight: 0 })),
    ...terms.requiredAnti.map((term) => ({ kind: "away", term, weight: 0 })),
    ...terms.preferredAffinity.map(({ term, weight }) => ({ kind: "rather", term, weight })),
    ...terms.preferredAnti.map(({ term, weight }) => ({ kind: "rather", term, weight: -weight })),
  ];
}

function prefers({ terms }: PodInfo): boolean {
  return terms !== undefined && terms.preferredAffinity.length + terms.preferredAnti.length > 0;
}

/** The terms of pods on nodes that mean this one. */
function meaning(pod: PodInfo, index: TermIndex, snapshot: Snapshot): readonly AffinityTerm[] {
  return index.matching(pod, { means: (term) => matches(term, pod, snapshot), stamp: snapshot.namespaceStamp });
}

function idsOf(terms: readonly AffinityTerm[]): readonly string[] {
  return terms.map(({ id }) => id);
}

function matches(term: AffinityTerm, pod: PodInfo, snapshot: Snapshot): boolean {
  const { namespaces, namespaceSelector, selector } = term;
  if (!selector.matches(pod.pod.metadata.labels)) return false;
  if (namespaces.has(pod.namespace)) return true;
  return namespaceSelector?.matches(snapshot.namespaceLabels(pod.namespace)) ?? false;
}

function countPods({ pods }: NodeInfo, meant: (pod: PodInfo) => boolean): number {
  let count = 0;
  for (const pod of pods.values()) if (meant(pod)) count++;
  return count;
}

/** Counts pods that a term means, over the parts that it speaks of. */
function countedBy(term: AffinityTerm, snapshot: Snapshot): DomainTable {
  const id = countId("one", [term], snapshot);
  return snapshot.tables.domains(term.topologyKey, id, (node) =>
    countPods(node, (other) => matches(term, other, snapshot)),
  );
}

/** Selectors of namespaces may mean others once these change. */
function countId(kind: string, terms: readonly AffinityTerm[], snapshot: Snapshot): string {
  const stamp = terms.some(({ namespaceSelector }) => namespaceSelector !== undefined) ? snapshot.namespaceStamp : 0;
  return `affinity/${kind}/${stamp}/${terms.map(({ id }) => id).join()}`;
}

/** Sums the weights with which pods hold a term. */
function heldBy(
  term: AffinityTerm,
  { kind, index, snapshot }: { readonly kind: string; readonly index: TermIndex; readonly snapshot: Snapshot },
): DomainTable {
  return snapshot.tables.domains(term.topologyKey, `${kind}/${term.id}`, (node) =>
    node.podsWithTerms.size === 0 ? 0 : (index.onNode(node).get(term.id)?.weight ?? 0),
  );
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
