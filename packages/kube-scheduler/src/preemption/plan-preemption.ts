import type { DefaultPreemptionArgs } from "@skates/api/kubescheduler/v1";
import type { PodDisruptionBudget } from "@skates/api/policy/v1";
import { pick, type Random } from "@skates/component-base";
import { countedReasons, type Failure } from "../framework/decision.ts";
import { firstRuling, type Judging, prepareAll } from "../framework/judging.ts";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import { type Rejections, rejectionsBy } from "../framework/rejections.ts";
import { type Rejection, unresolvable } from "../framework/verdict.ts";
import type { Snapshot } from "../snapshot/cluster.ts";
import { type NodeInfo, nodeWithPods } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { byImportance, type Candidate, candidateOf, leastHarm } from "./candidate.ts";
import { DisruptionBudgets } from "./disruption-budgets.ts";
import type { TrialCache, Trials } from "./trial-cache.ts";

export interface PreemptionOptions {
  /** What speaks against nodes. */
  readonly filters: readonly SchedulerPlugin[];
  readonly snapshot: Snapshot;
  readonly budgets: readonly PodDisruptionBudget[];
  /** Says where to begin looking. */
  readonly random: Random;
  /** Remembers what came of trying nodes for pods that are alike. */
  readonly trials?: TrialCache | undefined;
  readonly args?: Partial<DefaultPreemptionArgs> | undefined;
}

/**
 * Which node is to be cleared of whom, and which others could be, perhaps with older copies of the pods; or why none, and whether an earlier
 * nomination is void.
 */
export type PreemptionPlan =
  | { readonly best: Candidate; readonly candidates: () => readonly Candidate[] }
  | { readonly message: string; readonly withdraw: boolean };

const NO_VICTIMS = unresolvable("No preemption victims found for incoming pod");
const NOT_HELPFUL = unresolvable("Preemption is not helpful for scheduling");

/** Looks for a node where a pod that fits nowhere would fit if less important pods left. Pure but for chance. */
export function planPreemption(pod: PodInfo, failure: Failure, options: PreemptionOptions): PreemptionPlan {
  const { filters, snapshot, args = {} } = options;
  const refusal = ineligible(pod, failure, snapshot);
  if (refusal !== undefined) return { message: refusal, withdraw: false };
  const voices = filters.map((plugin) => ({ plugin, weight: 0, filters: true, scores: false }));
  const prepared = prepareAll(voices, pod, snapshot);
  const judges = "judges" in prepared ? prepared.judges : [];
  const { minCandidateNodesPercentage: percentage = 10, minCandidateNodesAbsolute: absolute = 100 } = args;
  const helpful = failure.rejections.counts.reduce((sum, [{ resolvable }, nodes]) => sum + (resolvable ? nodes : 0), 0);
  // So many nodes are tried out, whichever is more: a share of those that come into question, or a number.
  const enough = Math.max(Math.floor((helpful * percentage) / 100), absolute);
  const trial: Trial = { pod, judges, snapshot, budgets: new DisruptionBudgets(options.budgets), failure };
  const { budgets, random } = options;
  const known = helpful === 0 ? undefined : options.trials?.of(pod, { filters, judges, snapshot, budgets, random });
  return (known === undefined ? undefined : planByTrials(known, trial, enough)) ?? planAnew(trial, enough, random);
}

/** By what came of trying nodes for pods that are alike; undefined: that does not tell what is right for this one. */
function planByTrials(known: Trials, trial: Trial, enough: number): PreemptionPlan | undefined {
  const { failure, snapshot } = trial;
  known.tryUntil(enough, (slot) => {
    const node = snapshot.nodes[slot];
    return node !== undefined && isHelped(failure, node) ? tryNode(trial, node) : undefined;
  });
  const { best } = known;
  if (best === undefined) return inVain(failure, known.rejections);
  return isHelped(failure, best.node) ? { best, candidates: () => known.candidates() } : undefined;
}

function planAnew(trial: Trial, enough: number, random: Random): PreemptionPlan {
  const { failure } = trial;
  const nodes = [...failure.rejections.entries()].filter(([, { resolvable }]) => resolvable).map(([node]) => node);
  const rejections = new Map<NodeInfo, Rejection>();
  const candidates: Candidate[] = [];
  let harmless = false;
  const offset = nodes.length === 0 ? 0 : pick(random, nodes.length);
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[(i + offset) % nodes.length];
    if (node === undefined) continue;
    const result = tryNode(trial, node);
    if ("reasons" in result) rejections.set(node, result);
    else candidates.push(result);
    if (!("reasons" in result) && result.violations === 0) harmless = true;
    if (candidates.length >= enough && harmless) break;
  }
  const best = leastHarm(candidates);
  return best === undefined ? inVain(failure, rejectionsBy(rejections)) : { best, candidates: () => candidates };
}

/** It may help to clear the node. */
function isHelped({ rejections }: Failure, node: NodeInfo): boolean {
  return rejections.get(node)?.resolvable === true;
}

function inVain({ nodeCount }: Failure, rejections: Pick<Rejections, "counts" | "size">): PreemptionPlan {
  return { message: countedReasons(nodeCount, { rejections, absent: NOT_HELPFUL }), withdraw: true };
}

/** The candidate with the newest copies of its pods: a remembered one may have older ones. */
export function withNewest(candidate: Candidate): Candidate {
  return { ...candidate, victims: candidate.victims.map((victim) => candidate.node.pods.get(victim.uid) ?? victim) };
}

/** Upstream's word on why a pod may not push others out, now or ever. */
function ineligible(pod: PodInfo, failure: Failure, snapshot: Snapshot): string | undefined {
  if (pod.pod.spec.preemptionPolicy === "Never") return "not eligible due to preemptionPolicy=Never.";
  const node = snapshot.node(snapshot.nominationOf(pod.uid) ?? "");
  if (node === undefined || failure.rejections.get(node)?.resolvable === false) return undefined;
  for (const other of node.pods.values()) {
    if (other.pod.metadata.deletionTimestamp !== undefined && other.priority < pod.priority) {
      return "not eligible due to a terminating pod on the nominated node.";
    }
  }
  return undefined;
}

interface Trial {
  readonly pod: PodInfo;
  readonly judges: readonly Judging[];
  readonly snapshot: Snapshot;
  readonly budgets: DisruptionBudgets;
  /** Why the pod fits nowhere. */
  readonly failure: Failure;
}

/** Takes all less important pods off, then puts back whom it can, the most important and the protected first. */
function tryNode({ pod, judges, snapshot, budgets }: Trial, node: NodeInfo): Candidate | Rejection {
  const lower = [...node.pods.values()].filter(({ priority }) => priority < pod.priority).toSorted(byImportance);
  if (lower.length === 0) return NO_VICTIMS;
  const others = [...node.pods.values()].filter(({ priority }) => priority >= pod.priority);
  const awaited = snapshot
    .nominatedOn(node.name)
    .filter((other) => other.uid !== pod.uid && other.priority >= pod.priority);
  const tried = nodeWithPods(node, [...others, ...awaited]);
  const ruling = firstRuling(judges, tried);
  if (ruling !== undefined) return ruling.rejection;
  const guarded = budgets.violating(lower);
  const victims: PodInfo[] = [];
  for (const other of [...lower.filter((one) => guarded.has(one)), ...lower.filter((one) => !guarded.has(one))]) {
    tried.add(other);
    if (firstRuling(judges, tried) === undefined) continue;
    tried.remove(other.uid);
    victims.push(other);
  }
  const violations = victims.filter((victim) => guarded.has(victim)).length;
  return candidateOf(node, victims.toSorted(byImportance), violations);
}
