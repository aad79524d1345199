import type { Snapshot } from "../snapshot/cluster.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import type { Wake } from "./cluster-event.ts";
import type { Rejection, Verdict } from "./verdict.ts";

/** One point of view on where pods may and should go. Sees one snapshot; pure. */
export interface SchedulerPlugin {
  readonly name: string;
  /** How much its scores count; default 1. */
  readonly weight?: number | undefined;
  /** Which changes in the cluster may make a pod that this plugin rejected schedulable. */
  readonly wakes: readonly Wake[];
  /** A reason not even to try the pod: it waits until it is changed itself. */
  gate?(pod: PodInfo): Rejection | undefined;
  /**
   * All that the plugin reads of a pod, as plain JSON. Where it is given, `prepare` must depend on nothing else of the pod, and what a
   * judge says of a node on nothing but that and the node (and `stamp`): it is then asked again only about nodes that changed, and for
   * all pods that are alike. Where it is absent the plugin is asked about every node for every pod.
   */
  sign?(pod: PodInfo): unknown;
  /** Per-pod work, done once. `undefined`: the plugin has nothing to say. A rejection concerns all nodes. */
  prepare?(pod: PodInfo, snapshot: Snapshot): Rejection | NodeJudge | undefined;
}

/** What a plugin says of each node for one pod. */
export interface NodeJudge {
  /**
   * `node` may look otherwise than the snapshot's node of its slot, having other pods: the answer is that for a cluster in which it
   * looked so.
   */
  filter?(node: NodeInfo): Verdict;
  /** All nodes of the snapshot pass the filter: only those that look otherwise need to be asked about. */
  readonly passesAll?: boolean | undefined;
  /** Called once before `score`, with all nodes that passed all filters. Not called where the plugin signs. */
  weigh?(feasible: readonly NodeInfo[]): void;
  /** Higher is better; 0 to 100 after `normalize`, or at once where there is none. Asked only for nodes that passed all filters. */
  score?(node: NodeInfo): number;
  /**
   * Turns the scores of all feasible nodes into 0 to 100, in place. Equal scores must stay equal. Nodes that are all alike need no
   * order, so it may be left out when they are.
   */
  normalize?(scores: Float64Array): void;
  /** Only these nodes are looked at; all others fail by this plugin. */
  readonly only?: ReadonlySet<string> | undefined;
  /** Another number when what was said of nodes may be wrong though they have not changed. */
  stamp?(): number;
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
