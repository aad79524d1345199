import type { PodTopologySpreadArgs } from "@skates/api/kubescheduler/v1";
import type { ClusterEvent } from "../framework/cluster-event.ts";
import type { GroupedJudge, NodeJudge, SchedulerPlugin } from "../framework/plugin.ts";
import { unresolvable, unschedulable, type Verdict } from "../framework/verdict.ts";
import type { Snapshot } from "../snapshot/cluster.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { DEFAULT_CONSTRAINTS, defaultSelector, type Owners } from "./default-spread.ts";
import {
  ownConstraints,
  selectorOf,
  signConstraints,
  type SpreadConstraint,
  spreadConstraints,
  type SpreadGroup,
} from "./spread-constraint.ts";

const SKEWED = unschedulable("node(s) didn't match pod topology spread constraints");
const UNLABELLED = unresolvable("node(s) didn't match pod topology spread constraints (missing required label)");
const HOSTNAME = "kubernetes.io/hostname";
const NONE: SpreadGroup = { constraints: [], needsAll: true };

/**
 * Spreads pods evenly over parts of the cluster, as they ask. Pods that do not ask are spread with those of the same services and
 * controller, by the constraints of `args`.
 */
export function podTopologySpread(owners: Owners, args: Partial<PodTopologySpreadArgs> = {}): SchedulerPlugin {
  const bySystem = (args.defaultingType ?? "System") === "System";
  const defaults = bySystem ? DEFAULT_CONSTRAINTS : (args.defaultConstraints ?? []);
  /** What must and what should hold for the pod. */
  const groupsOf = (pod: PodInfo): { readonly hard: SpreadGroup; readonly soft: SpreadGroup } => {
    if ((pod.pod.spec.topologySpreadConstraints ?? []).length > 0) {
      return { hard: ownConstraints(pod, "DoNotSchedule"), soft: ownConstraints(pod, "ScheduleAnyway") };
    }
    const selector = defaults.length === 0 ? undefined : defaultSelector(pod, owners);
    if (selector === undefined) return { hard: NONE, soft: NONE };
    const of = (kind: string): SpreadGroup => ({
      constraints: defaults
        .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === kind)
        .map((constraint) => ({ constraint, selector })),
      needsAll: !bySystem,
    });
    return { hard: of("DoNotSchedule"), soft: of("ScheduleAnyway") };
  };
  return {
    name: "PodTopologySpread",
    weight: 2,
    wakes: [
      { on: ["NodeAdded", "NodeDeleted", "NodeLabelsChanged", "NodeTaintsChanged"] },
      { on: ["AssignedPodAdded", "AssignedPodUpdated", "AssignedPodDeleted"], helps },
    ],
    sign(pod, snapshot) {
      const { hard, soft } = groupsOf(pod);
      if (hard.constraints.length === 0 && soft.constraints.length === 0) return null;
      return [signConstraints(pod, hard, snapshot), signConstraints(pod, soft, snapshot)];
    },
    prepare(pod, snapshot) {
      const { hard, soft } = groupsOf(pod);
      if (hard.constraints.length === 0 && soft.constraints.length === 0) return undefined;
      const limits = spreadConstraints(pod, hard, snapshot);
      const wishes = spreadConstraints(pod, soft, snapshot);
      const tables = [...limits, ...wishes].map(({ table }) => table);
      const scoring = wishes.length === 0 ? undefined : scoringBy(wishes, soft.needsAll);
      const judge: NodeJudge = {
        stamp: () => tables.reduce((sum, { topology }) => sum + topology.refresh(snapshot).stamp, 0),
        grouped: groupedBy(limits, wishes, scoring),
        ...(limits.length === 0 ? {} : { filter: skewFilter(limits, snapshot) }),
        ...(scoring === undefined ? {} : scoring.single),
      };
      return judge;
    },
  };
}

function skewFilter(constraints: readonly SpreadConstraint[], snapshot: Snapshot): (node: NodeInfo) => Verdict {
  return (node) => {
    for (const constraint of constraints) {
      const { table } = constraint;
      const here = table.at(node);
      if (here === undefined) return UNLABELLED;
      const before = table.sum(table.topology.domainOf(node.slot));
      const tried = snapshot.nodes[node.slot] !== node && !Number.isNaN(here);
      const least = tried ? table.least({ of: before, sum: here }) : table.least();
      if (skewed(constraint, here, least)) return SKEWED;
    }
    return undefined;
  };
}

/** `here`: NaN where no node counts. With fewer parts than wanted an empty one is assumed. */
function skewed({ table, maxSkew, minDomains, meansItself }: SpreadConstraint, here: number, least: number): boolean {
  const minimum = table.present < minDomains ? 0 : least;
  return (Number.isNaN(here) ? 0 : here) + (meansItself ? 1 : 0) - minimum > maxSkew;
}

/** What a node, or a group of nodes, has of each constraint: `undefined` where the label is missing. */
type Sums = readonly (number | undefined)[];

interface Scoring {
  /** A node that lacks one of the labels is not scored. */
  readonly needsAll: boolean;
  readonly single: NodeJudge;
  /** `domains`: by constraint, in how many parts feasible nodes are. */
  begin(domains: readonly number[]): void;
  score(sums: Sums): number;
}

/** Prefers parts with few pods. A node that is not scored gets NaN at first, and nothing in the end. */
function scoringBy(constraints: readonly SpreadConstraint[], needsAll: boolean): Scoring {
  let weights: readonly number[] = [];
  // So that the counts of a few large parts are not drowned by those of many small ones.
  const begin = (domains: readonly number[]): void => void (weights = domains.map((size) => Math.log(size + 2)));
  const score = (sums: Sums): number => {
    if (needsAll && sums.includes(undefined)) return Number.NaN;
    let total = 0;
    for (const [i, sum] of sums.entries()) {
      if (sum === undefined) continue;
      total += (Number.isNaN(sum) ? 0 : sum) * (weights[i] ?? 0) + ((constraints[i]?.maxSkew ?? 1) - 1);
    }
    return Math.round(total);
  };
  const sumsOf = (node: NodeInfo): Sums => constraints.map((constraint) => sumAt(constraint, node));
  return {
    needsAll,
    begin,
    score,
    single: {
      weigh(feasible) {
        const scored = feasible.filter((node) => !needsAll || !sumsOf(node).includes(undefined));
        begin(
          constraints.map(({ table: { topology } }) =>
            topology.key === HOSTNAME ? scored.length : new Set(scored.map(({ slot }) => topology.domainOf(slot))).size,
          ),
        );
      },
      score: (node) => score(sumsOf(node)),
      normalize: normalizeReversed,
    },
  };
}

/** Pods that a wish means: on the node itself where it speaks of nodes, else in the node's part. */
function sumAt({ table, onNode }: SpreadConstraint, node: NodeInfo): number | undefined {
  if (table.topology.domainOf(node.slot) < 0) return undefined;
  return table.topology.key === HOSTNAME ? onNode(node) : table.at(node);
}

/** The lowest becomes 100; what has no score 0. */
function normalizeReversed(scores: Float64Array): void {
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
}

const MISSING = -1;
const UNCOUNTED = -2;

/**
 * The key of a constraint for a node: its part, or, where every node is a part by itself, what there is on it; so that all nodes with as
 * many pods are alike.
 */
function keyOf({ table, onNode }: SpreadConstraint, ofNode: boolean): (node: NodeInfo) => number {
  const { topology } = table;
  if (ofNode) return (node) => (topology.domainOf(node.slot) < 0 ? MISSING : onNode(node));
  if (!topology.single) return ({ slot }) => topology.domainOf(slot);
  return (node) => {
    if (topology.domainOf(node.slot) < 0) return MISSING;
    const count = table.of(node);
    return Number.isNaN(count) ? UNCOUNTED : count;
  };
}

function sumBy({ table }: SpreadConstraint, key: number, ofNode: boolean): number | undefined {
  if (key === MISSING) return undefined;
  if (key === UNCOUNTED) return Number.NaN;
  return ofNode || table.topology.single ? key : table.sum(key);
}

function groupedBy(
  limits: readonly SpreadConstraint[],
  wishes: readonly SpreadConstraint[],
  scoring: Scoring | undefined,
): GroupedJudge {
  const perNode = wishes.map(({ table: { topology } }) => topology.key === HOSTNAME);
  const sumsOf = (keys: readonly number[]): Sums =>
    wishes.map((wish, i) => sumBy(wish, keys[limits.length + i] ?? MISSING, perNode[i] === true));
  let least: readonly number[] = [];
  return {
    keys: [...limits.map((limit) => keyOf(limit, false)), ...wishes.map((wish, i) => keyOf(wish, perNode[i] === true))],
    begin() {
      for (const { table } of limits) table.refresh();
      for (const { table } of wishes) table.refresh();
      least = limits.map(({ table }) => table.least());
    },
    ...(limits.length === 0
      ? {}
      : {
          filter(keys) {
            for (const [i, limit] of limits.entries()) {
              const here = sumBy(limit, keys[i] ?? MISSING, false);
              if (here === undefined) return UNLABELLED;
              if (skewed(limit, here, least[i] ?? 0)) return SKEWED;
            }
            return undefined;
          },
        }),
    ...(scoring === undefined
      ? {}
      : {
          weigh(groups) {
            const scored = groups
              .map(({ keys, size }) => ({ keys: keys.slice(limits.length), size, sums: sumsOf(keys) }))
              .filter(({ sums }) => !scoring.needsAll || !sums.includes(undefined));
            scoring.begin(
              wishes.map(({ table: { topology } }, i) => {
                const nodes = (of: typeof scored): number => of.reduce((sum, { size }) => sum + size, 0);
                if (perNode[i] === true) return nodes(scored);
                if (!topology.single) return new Set(scored.map(({ keys }) => keys[i])).size;
                const labelled = scored.filter(({ keys }) => keys[i] !== MISSING);
                return nodes(labelled) + (labelled.length < scored.length ? 1 : 0);
              }),
            );
          },
          score: (keys) => scoring.score(sumsOf(keys)),
        }),
  };
}

/** Only pods that a constraint means change its counts. */
function helps(pod: PodInfo, event: ClusterEvent): boolean {
  if (!("pod" in event)) return true;
  const { pod: other } = event;
  if (other.namespace !== pod.namespace) return false;
  const own = pod.pod.spec.topologySpreadConstraints ?? [];
  // Rejected by a constraint that is given by default: any pod may count for it.
  if (own.length === 0) return true;
  return own.some((constraint) => {
    const selector = selectorOf(pod, constraint);
    const before = event.kind === "AssignedPodUpdated" && selector.matches(event.old.pod.metadata.labels);
    return before || selector.matches(other.pod.metadata.labels);
  });
}
