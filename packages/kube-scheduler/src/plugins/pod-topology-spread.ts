import type { ClusterEvent } from "../framework/cluster-event.ts";
import type { NodeJudge, SchedulerPlugin } from "../framework/plugin.ts";
import { unresolvable, unschedulable, type Verdict } from "../framework/verdict.ts";
import type { Snapshot } from "../snapshot/cluster.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { DEFAULT_CONSTRAINTS, defaultSelector, type Owners } from "./default-spread.ts";
import { selectorOf, type SpreadConstraint, spreadConstraint, spreadConstraints } from "./spread-constraint.ts";

const SKEWED = unschedulable("node(s) didn't match pod topology spread constraints");
const UNLABELLED = unresolvable("node(s) didn't match pod topology spread constraints (missing required label)");
const HOSTNAME = "kubernetes.io/hostname";

/**
 * Spreads pods evenly over parts of the cluster, as they ask. Pods that do not ask are spread, by preference, with those of the same
 * services and controller.
 */
export function podTopologySpread(owners: Owners): SchedulerPlugin {
  return {
    name: "PodTopologySpread",
    weight: 2,
    wakes: [
      { on: ["NodeAdded", "NodeDeleted", "NodeLabelsChanged", "NodeTaintsChanged"] },
      { on: ["AssignedPodAdded", "AssignedPodUpdated", "AssignedPodDeleted"], helps },
    ],
    prepare(pod, snapshot) {
      if ((pod.pod.spec.topologySpreadConstraints ?? []).length === 0) return byDefault(pod, owners, snapshot);
      const hard = spreadConstraints(pod, "DoNotSchedule", snapshot);
      const soft = spreadConstraints(pod, "ScheduleAnyway", snapshot);
      return {
        ...(hard.length === 0 ? {} : { filter: skewFilter(hard, snapshot) }),
        ...(soft.length === 0 ? {} : scoring({ constraints: soft, needsAll: true }, snapshot)),
      };
    },
  };
}

function byDefault(pod: PodInfo, owners: Owners, snapshot: Snapshot): NodeJudge | undefined {
  const selector = defaultSelector(pod, owners);
  if (selector === undefined) return undefined;
  const constraints = DEFAULT_CONSTRAINTS.map((constraint) =>
    spreadConstraint(pod, { constraint, selector }, snapshot),
  );
  return scoring({ constraints, needsAll: false }, snapshot);
}

/** Sums by part of the cluster; NaN for parts without a node that counts. */
function sumDomains(
  { topology, counts, counted }: SpreadConstraint,
  all: readonly SpreadConstraint[],
  snapshot: Snapshot,
): Float64Array {
  const sums = new Float64Array(topology.size).fill(Number.NaN);
  for (const node of snapshot.nodes) {
    if (node === undefined || !hasAllLabels(node.slot, all) || !counted(node)) continue;
    const domain = topology.domainOf(node.slot);
    if (domain < 0) continue;
    const sum = sums[domain] ?? 0;
    sums[domain] = (Number.isNaN(sum) ? 0 : sum) + counts.at(node.slot);
  }
  return sums;
}

function hasAllLabels(slot: number, constraints: readonly SpreadConstraint[]): boolean {
  for (const { topology } of constraints) if (topology.domainOf(slot) < 0) return false;
  return true;
}

function skewFilter(constraints: readonly SpreadConstraint[], snapshot: Snapshot): (node: NodeInfo) => Verdict {
  const counted = constraints.map((constraint) => {
    const sums = sumDomains(constraint, constraints, snapshot);
    return { constraint, sums, least: leastOf(sums, constraint.minDomains) };
  });
  return (node) => {
    for (const { constraint, sums, least } of counted) {
      const { topology, counts, maxSkew, minDomains, meansItself } = constraint;
      const domain = topology.domainOf(node.slot);
      if (domain < 0) return UNLABELLED;
      const sum = sums[domain] ?? Number.NaN;
      let here = Number.isNaN(sum) ? 0 : sum;
      let minimum = least;
      if (snapshot.nodes[node.slot] !== node && !Number.isNaN(sum) && constraint.counted(node)) {
        here += counts.of(node) - counts.at(node.slot);
        minimum = leastOf(sums.with(domain, here), minDomains);
      }
      if (here + (meansItself ? 1 : 0) - minimum > maxSkew) return SKEWED;
    }
    return undefined;
  };
}

/** The smallest sum; 0 while there are fewer parts than wanted. */
function leastOf(sums: Float64Array, minDomains: number): number {
  let least = Number.POSITIVE_INFINITY;
  let domains = 0;
  for (const sum of sums) {
    if (Number.isNaN(sum)) continue;
    domains++;
    if (sum < least) least = sum;
  }
  return domains < minDomains ? 0 : least;
}

interface Soft {
  readonly constraints: readonly SpreadConstraint[];
  /** A node that lacks one of the labels is not scored at all. */
  readonly needsAll: boolean;
}

/** Prefers parts with few pods. A node that is not scored gets NaN at first, and nothing in the end. */
function scoring({ constraints, needsAll }: Soft, snapshot: Snapshot): NodeJudge {
  const required = needsAll ? constraints : [];
  let parts: readonly {
    readonly constraint: SpreadConstraint;
    readonly sums: Float64Array;
    readonly weight: number;
  }[] = [];
  return {
    weigh(feasible) {
      const scored = feasible.filter((node) => hasAllLabels(node.slot, required));
      parts = constraints.map((constraint) => {
        const { topology } = constraint;
        const onNodes = topology.key === HOSTNAME;
        const domains = onNodes ? scored.length : new Set(scored.map(({ slot }) => topology.domainOf(slot))).size;
        const sums = onNodes ? new Float64Array(0) : sumDomains(constraint, required, snapshot);
        // So that the counts of a few large parts are not drowned by those of many small ones.
        return { constraint, sums, weight: Math.log(domains + 2) };
      });
    },
    score: ({ slot }) => {
      if (!hasAllLabels(slot, required)) return Number.NaN;
      let score = 0;
      for (const { constraint, sums, weight } of parts) {
        const { topology, counts, maxSkew } = constraint;
        const domain = topology.domainOf(slot);
        if (domain < 0) continue;
        const sum = topology.key === HOSTNAME ? counts.at(slot) : (sums[domain] ?? 0);
        score += (Number.isNaN(sum) ? 0 : sum) * weight + (maxSkew - 1);
      }
      return Math.round(score);
    },
    normalize(scores) {
      let min = Number.POSITIVE_INFINITY;
      let max = 0;
      for (const score of scores) {
        if (score < min) min = score;
        if (score > max) max = score;
      }
      for (let i = 0; i < scores.length; i++) {
        const score = scores[i] ?? Number.NaN;
        if (Number.isNaN(score)) scores[i] = 0;
        else scores[i] = max === 0 ? 100 : Math.trunc((100 * (max + min - score)) / max);
      }
    },
  };
}

/** Only pods that a constraint means change its counts. */
function helps(pod: PodInfo, event: ClusterEvent): boolean {
  if (!("pod" in event)) return true;
  const { pod: other } = event;
  if (other.namespace !== pod.namespace) return false;
  return (pod.pod.spec.topologySpreadConstraints ?? []).some((constraint) => {
    const selector = selectorOf(pod, constraint);
    const before = event.kind === "AssignedPodUpdated" && selector.matches(event.old.pod.metadata.labels);
    return before || selector.matches(other.pod.metadata.labels);
  });
}
