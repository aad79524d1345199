import type { Snapshot } from "../snapshot/cluster.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import type { RowBox } from "../snapshot/row-box.ts";
import type { BindOutcome } from "../bind/bind-outcome.ts";
import type { PostFilterPlan } from "../preemption/post-filter-plan.ts";
import type { QueuedPod } from "../queue/queued-pod.ts";
import type { Wake } from "./cluster-event.ts";
import type { Failure } from "./decision.ts";
import type { Rejection, Verdict } from "./verdict.ts";

/**
 * One point of view on where pods may and should go, at one or more extension points: `preEnqueue`, `queueSort`, `prepare` (PreFilter,
 * Filter, PreScore, Score and NormalizeScore), `postFilter`, `reserve`, `permit`, `preBind`, `bind`, `postBind`. What decides sees one
 * snapshot and is pure; only from `postFilter` on plugins act.
 */
export interface SchedulerPlugin {
  readonly name: string;
  /** How much its scores count where the configuration does not say; default 1. */
  readonly weight?: number | undefined;
  /** Which changes in the cluster may make a pod that this plugin rejected schedulable. */
  readonly wakes: readonly Wake[];
  /** What its judges can do; both when absent. */
  readonly judges?: readonly ("filter" | "score")[] | undefined;
  /** A reason not even to try the pod: it waits until it is changed itself, or until a change that the plugin wakes on. */
  preEnqueue?(pod: PodInfo): Rejection | undefined;
  /** Below zero: `a` is to be tried before `b`. One plugin orders the queue of all profiles. */
  queueSort?(a: QueuedPod, b: QueuedPod): number;
  /**
   * All that the plugin reads of a pod, as plain JSON. Where it is given, `prepare` must depend on nothing else of the pod, and what a
   * judge says of a node on nothing but that and the node (and `stamp`): it is then asked again only about nodes that changed, and for
   * all pods that are alike. Where it is absent the plugin is asked about every node for every pod.
   */
  sign?(pod: PodInfo, snapshot: Snapshot): unknown;
  /**
   * What it signs differs much from pod to pod while its answers are quickly given: of pods that were not seen lately it is asked anew, and
   * what the other plugins say of pods that are alike but for this is kept all the same.
   */
  readonly quick?: boolean | undefined;
  /** Per-pod work, done once. `undefined`: the plugin has nothing to say. A rejection concerns all nodes. */
  prepare?(pod: PodInfo, snapshot: Snapshot): Rejection | NodeJudge | undefined;
  /** Called when no node would do. A plan that makes room on a node ends it; of the others, what they say and do is put together. */
  postFilter?(failed: FailedAttempt): PostFilterPlan | undefined;
  /** Called the moment a node is chosen, before anything waits. Takes what the pod needs beyond the node, or refuses. */
  reserve?(chosen: Chosen): Rejection | undefined;
  /**
   * Gives back what `reserve` took. Called for all plugins if any step until the binding fails, also where `reserve` was not reached. What
   * is returned takes back what was written meanwhile; it goes on beside further attempts.
   */
  unreserve?(chosen: Chosen): ((signal: AbortSignal) => Promise<void>) | undefined | void;
  /** Whether the pod may go on to be bound; absent: at once. */
  permit?(chosen: Chosen): Permission | undefined;
  /** True: `preBind` has something to do, which may take long. Others can then see where the pod is to go, and are not held up by it. */
  preBinds?(chosen: Chosen): boolean;
  /** Work before the binding. Absent answer: go on. Thrown errors end the attempt and are told. */
  preBind?(chosen: Chosen, signal: AbortSignal): Promise<Rejection | undefined>;
  /** Binds the pod. `undefined`: it is left to the next plugin. */
  bind?(chosen: Chosen, signal: AbortSignal): Promise<BindOutcome | undefined>;
  postBind?(chosen: Chosen): void;
}

/** A pod and the node that was chosen for it. */
export interface Chosen {
  readonly pod: PodInfo;
  readonly node: NodeInfo;
}

/** A pod for which no node would do. */
export interface FailedAttempt {
  readonly pod: PodInfo;
  readonly failure: Failure;
  readonly snapshot: Snapshot;
  /** What speaks against nodes, asked anew. */
  readonly filters: readonly SchedulerPlugin[];
}

/** What `permit` answers. A pod waits at most `timeoutMs`, until somebody allows or rejects it. */
export type Permission =
  | { readonly kind: "reject"; readonly rejection: Rejection }
  | { readonly kind: "wait"; readonly timeoutMs: number };

/** What a plugin says of each node for one pod. */
export interface NodeJudge {
  /**
   * `node` may look otherwise than the snapshot's node of its slot, having other pods: the answer is that for a cluster in which it
   * looked so.
   */
  filter?(node: NodeInfo): Verdict;
  /** All nodes of the snapshot pass the filter: only those that look otherwise need to be asked about. */
  readonly passesAll?: boolean | undefined;
  /** Called once before `score`, with all nodes that passed all filters. */
  weigh?(feasible: readonly NodeInfo[]): void;
  /** Higher is better; 0 to 100 after `normalize`, or at once where there is none. Asked only for nodes that passed all filters. */
  score?(node: NodeInfo): number;
  /**
   * Turns the scores of all feasible nodes into 0 to 100, in place. Depends on nothing but which scores there are: equal ones stay
   * equal, and it does not matter how often each comes. Nodes that are all alike need no order, so it may be left out when they are.
   */
  normalize?(scores: Float64Array): void;
  /** Only these nodes are looked at; all others fail by this plugin. */
  readonly only?: ReadonlySet<string> | undefined;
  /** Another number when what was said of nodes may be wrong though they have not changed. */
  stamp?(): number;
  /** The same answers for the snapshot's own nodes by what their rows of amounts say, for judges that depend on nothing else. */
  readonly byRow?: RowJudge | undefined;
  /** The same answers in another way, for plugins that sign: by groups of nodes that are alike, rather than node by node. */
  readonly grouped?: GroupedJudge | undefined;
}

/** Answers about rows as `NodeAmounts` has them; `at` is where one begins. Nodes with equal rows are asked about once. */
export interface RowJudge {
  /** A row that has no less of anything passes where another does. */
  passes?(rows: Float64Array, at: number): boolean;
  score?(rows: Float64Array, at: number): number;
  /** No less than the score of any row in the box; together with `score`. */
  scoreAtMost?(box: RowBox): number;
}

/**
 * The answers of a judge that depend on more than the node itself, such as on the pods of its zone: nodes with the same `keys` get the
 * same answer, so that it is asked about groups of nodes and not about each.
 */
export interface GroupedJudge {
  /** Numbers that stand for all of the node that `filter` and `score` depend on. Few different ones over the cluster. */
  readonly keys: readonly ((node: NodeInfo) => number)[];
  /** What the node alone decides, for good until it changes. */
  local?(node: NodeInfo): Verdict;
  /** Called before each decision. */
  begin?(): void;
  filter?(keys: readonly number[]): Verdict;
  /** Called with all groups that passed all filters, before `score`. */
  weigh?(groups: readonly GroupSize[]): void;
  score?(keys: readonly number[]): number;
}

/** Nodes that are alike: by which keys, and how many. */
export interface GroupSize {
  readonly keys: readonly number[];
  readonly size: number;
}

/** True for what rejects all nodes. */
export function isRejection(prepared: Rejection | NodeJudge | undefined): prepared is Rejection {
  return prepared !== undefined && "reasons" in prepared;
}

/** The usual way to normalize: the largest becomes 100; `reverse` turns it over. */
export function normalizeToMax(scores: Float64Array, reverse: boolean): void {
  let max = 0;
  for (const score of scores) if (score > max) max = score;
  for (let i = 0; i < scores.length; i++) {
    const scaled = max === 0 ? 0 : Math.trunc((100 * (scores[i] ?? 0)) / max);
    scores[i] = reverse ? 100 - scaled : scaled;
  }
}
