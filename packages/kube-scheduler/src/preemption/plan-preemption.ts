import type { DefaultPreemptionArgs } from "@skates/api/kubescheduler/v1";
import type { PodDisruptionBudget } from "@skates/api/policy/v1";
import { pick, type Random } from "@skates/component-base";
import { countedReasons, type Failure } from "../framework/decision.ts";
import { firstRuling, type Judging, prepareAll } from "../framework/judging.ts";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import { type Rejection, unresolvable } from "../framework/verdict.ts";
import type { Snapshot } from "../snapshot/cluster.ts";
import { type NodeInfo, nodeWithPods } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { byImportance, type Candidate, candidateOf } from "./candidate.ts";
import { DisruptionBudgets } from "./disruption-budgets.ts";
import type { TrialCache } from "./trial-cache.ts";

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

/** Which nodes can be cleared of whom, perhaps with older copies of the pods; or why none, and whether an earlier nomination is void. */
export type PreemptionPlan =
  | { readonly candidates: readonly Candidate[] }
  | { readonly message: string; readonly withdraw: boolean };

const NO_VICTIMS = unresolvable("No preemption victims found for incoming pod");
const NOT_HELPFUL = unresolvable("Preemption is not helpful for scheduling");

/** Looks for a node where a pod that fits nowhere would fit if less important pods left. Pure but for chance. */
export function planPreemption(pod: PodInfo, failure: Failure, options: PreemptionOptions): PreemptionPlan {
  const { filters, snapshot, args = {} } = options;
  const refusal = ineligible(pod, failure, snapshot);
  if (refusal !== undefined) return { message: refusal, withdraw: false };
  const rejections = new Map<NodeInfo, Rejection>();
  const voices = filters.map((plugin) => ({ plugin, weight: 0, filters: true, scores: false }));
  const prepared = prepareAll(voices, pod, snapshot);
  const judges = "judges" in prepared ? prepared.judges : [];
  const nodes = [...failure.rejections].filter(([, { resolvable }]) => resolvable).map(([node]) => node);
  const candidates: Candidate[] = [];
  let harmless = false;
  const { minCandidateNodesPercentage: percentage = 10, minCandidateNodesAbsolute: absolute = 100 } = args;
  // So many nodes are tried out, whichever is more: a share of those that come into question, or a number.
  const enough = Math.max(Math.floor((nodes.length * percentage) / 100), absolute);
  const offset = nodes.length === 0 ? 0 : pick(options.random, nodes.length);
  const trial: Trial = { pod, judges, snapshot, budgets: new DisruptionBudgets(options.budgets) };
  const known = options.trials?.of(pod, { filters, judges, snapshot, budgets: options.budgets });
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[(i + offset) % nodes.length];
    if (node === undefined) continue;
    const result = known?.get(node.slot) ?? tryNode(trial, node);
    known?.set(node.slot, result);
    if ("reasons" in result) rejections.set(node, result);
    else candidates.push(result);
    if (!("reasons" in result) && result.violations === 0) harmless = true;
    if (candidates.length >= enough && harmless) break;
  }
  if (candidates.length > 0) return { candidates };
  return { message: countedReasons(failure.nodeCount, { rejections, absent: NOT_HELPFUL }), withdraw: true };
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
