import { isNodeReady, type Node, type Pod } from "@skates/api/core/v1";
import type { KeysOf, Lister } from "@skates/controller-runtime";
import { type Disruption, disruptedConditions } from "../pod/disrupt-pod.ts";
import { podEnded } from "../pod/pod-state.ts";

/** What is looked at to find pods that nobody clears away: pods with `POD_GC_INDEXES`, nodes with `NODE_GC_INDEXES`. */
export interface PodGcView {
  readonly pods: Lister<Pod>;
  readonly nodes: Lister<Node>;
  /** Nodes that pods name and that are missing, since when. Kept from one look to the next; `planPodGc` brings it up to date. */
  readonly gone: Map<string, number>;
}

/** A pod that is to go. */
export interface Removal {
  readonly pod: Pod;
  /** It goes only if the server, too, says that the node it is bound to is not there. */
  readonly orphanOf?: string | undefined;
}

/** A node may come back within this time. */
const QUARANTINE_MS = 40_000;
const NODE = "pod-gc/node";
const STATE = "pod-gc/state";
const NEVER_BOUND = "never bound";
const ENDED = "ended";
const OUT_OF_SERVICE = "out of service";
const NODE_GONE: Disruption = { reason: "DeletionByPodGC", message: "PodGC: node no longer exists" };

/** Most pods are in neither state, and need not be looked at each time. */
export const POD_GC_INDEXES: Readonly<Record<string, KeysOf<Pod>>> = {
  [NODE]: ({ spec: { nodeName = "" } }) => (nodeName === "" ? [] : [nodeName]),
  [STATE]: (pod) => {
    // To be deleted, and without a node on which anything could run.
    const neverBound = isEnding(pod) && (pod.spec.nodeName ?? "") === "";
    return [...(neverBound ? [NEVER_BOUND] : []), ...(podEnded(pod) ? [ENDED] : [])];
  },
};

/** Nodes of which somebody has said that they are out of service, and that show no sign of life. */
export const NODE_GC_INDEXES: Readonly<Record<string, KeysOf<Node>>> = {
  [STATE]: (node) => {
    const tainted = node.spec?.taints?.some(({ key }) => key === "node.kubernetes.io/out-of-service") === true;
    return tainted && !isNodeReady(node) ? [OUT_OF_SERVICE] : [];
  },
};

/** Which pods go, in order: ended ones beyond `endedMax`, those of nodes out of service, of nodes that are gone, and never bound ones. */
export function planPodGc(view: PodGcView, endedMax: number, nowMs: number): readonly Removal[] {
  const outOfService = view.nodes
    .by(STATE, OUT_OF_SERVICE)
    .flatMap(({ metadata }) => view.pods.by(NODE, metadata.name).filter(isEnding));
  const going = [...tooManyEnded(view.pods, endedMax), ...outOfService.sort(byRank)].map((pod) => ({ pod }));
  const neverBound = view.pods.by(STATE, NEVER_BOUND).map((pod) => ({ pod }));
  return [...going, ...orphans(view, nowMs), ...neverBound];
}

/** The pod as one that has failed: nothing that runs tells how it ended. Undefined when it had ended before. */
export function failedPod({ pod, orphanOf }: Removal, nowMs: number): Pod | undefined {
  if (podEnded(pod)) return undefined;
  const { generation } = pod.metadata;
  const conditions = orphanOf === undefined ? pod.status?.conditions : disruptedConditions(pod, NODE_GONE, nowMs);
  return {
    ...pod,
    status: {
      ...pod.status,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      phase: "Failed",
      conditions,
    },
  };
}

/** Pods whose node has been gone for long enough. Keeps `gone` up to date. */
function orphans({ pods, nodes, gone }: PodGcView, nowMs: number): readonly Removal[] {
  const missing = new Set(pods.values(NODE).filter((name) => nodes.get({ name }) === undefined));
  for (const name of gone.keys()) if (!missing.has(name)) gone.delete(name);
  for (const name of missing) {
    const sinceMs = gone.get(name);
    // Should the clock have been set back, the time begins anew.
    if (sinceMs === undefined || sinceMs > nowMs) gone.set(name, nowMs);
  }
  const over = [...gone].filter(([, sinceMs]) => nowMs - sinceMs >= QUARANTINE_MS);
  return over.flatMap(([orphanOf]) => pods.by(NODE, orphanOf).map((pod) => ({ pod, orphanOf })));
}

function isEnding({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Of the pods that have ended, those beyond `max`: evicted ones first, then the oldest. */
function tooManyEnded(pods: Lister<Pod>, max: number): readonly Pod[] {
  if (max <= 0 || pods.count(STATE, ENDED) <= max) return [];
  const ended = pods.by(STATE, ENDED);
  return [...ended].sort(byRank).slice(0, ended.length - max);
}

function byRank(a: Pod, b: Pod): number {
  return rankOf(a) < rankOf(b) ? -1 : 1;
}

function rankOf({ status, metadata }: Pod): string {
  const evicted = status?.phase === "Failed" && status.reason === "Evicted";
  return `${evicted ? 0 : 1} ${metadata.creationTimestamp ?? ""} ${metadata.name}`;
}
