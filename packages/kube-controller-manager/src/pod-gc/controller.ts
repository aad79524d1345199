import { isNodeReady, type Node, nodes, type Pod, pods } from "@skates/api/core/v1";
import type { Client } from "@skates/client";
import { type Component, type Env, messageOf } from "@skates/component-base";
import type { Informers, KeysOf, Lister } from "@skates/controller-runtime";
import { type Disruption, disruptedConditions } from "../pod/disrupt-pod.ts";
import { podEnded } from "../pod/pod-state.ts";

export interface PodGcOptions {
  readonly client: Client;
  readonly informers: Informers;
  readonly env: Env;
  /** Pods that have ended and are kept; the oldest beyond go. Default 12500; 0 keeps all. */
  readonly endedMax?: number | undefined;
}

const PERIOD_MS = 20_000;
/** A node may come back within this time. */
const QUARANTINE_MS = 40_000;

/** Deletes pods that nobody will ever clear away: of nodes that are gone, never bound, of nodes that are out of service, or ended and too many. */
export function podGcController(options: PodGcOptions): Component {
  const { client, informers, env, endedMax = 12_500 } = options;
  const gone = new Map<string, number>();
  let ready = false;
  const podLister = informers.for(pods, { indexes: POD_GC_INDEXES });
  const nodeLister = informers.for(nodes, { indexes: { [STATE]: outOfService } });

  async function collect(signal: AbortSignal): Promise<void> {
    const orphaned = orphans(podLister, (name) => nodeLister.get({ name }) !== undefined, {
      gone,
      nowMs: env.clock.nowMs(),
    });
    for (const pod of tooManyEnded(podLister, endedMax)) await remove(pod, undefined, signal);
    for (const node of nodeLister.by(STATE, OUT_OF_SERVICE)) {
      const ending = podLister.by(NODE, node.metadata.name).filter(isEnding);
      for (const pod of ending) await remove(pod, undefined, signal);
    }
    for (const pod of orphaned) await remove(pod, NODE_GONE, signal);
    for (const pod of podLister.by(STATE, NEVER_BOUND)) await remove(pod, undefined, signal);
  }

  /** Nothing that runs tells how the pod ended: it is said to have failed before it goes. */
  async function remove(pod: Pod, disruption: Disruption | undefined, signal: AbortSignal): Promise<void> {
    const typed = client.resource(pods);
    const { namespace, name, uid } = pod.metadata;
    try {
      if (!podEnded(pod)) await typed.updateStatus(failed(pod, disruption, env.clock.nowMs()), {}, signal);
      await typed.delete({ namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid } }, signal);
    } catch (error) {
      signal.throwIfAborted();
      env.log.info("a pod could not be cleared away and will be tried again", { pod: name, cause: messageOf(error) });
    }
  }

  return {
    name: "pod-garbage-collector",
    ready: () => ready,
    async run(signal) {
      try {
        await Promise.all([podLister.whenSynced(signal), nodeLister.whenSynced(signal)]);
        ready = true;
        while (!signal.aborted) {
          await collect(signal);
          await env.clock.sleep(PERIOD_MS, signal);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
  };
}

interface Quarantine {
  /** Nodes that are missing, since when. */
  readonly gone: Map<string, number>;
  readonly nowMs: number;
}

/** Pods whose node has been gone for long enough. Keeps `gone` up to date. */
function orphans(lister: Lister<Pod>, exists: (node: string) => boolean, { gone, nowMs }: Quarantine): readonly Pod[] {
  const missing = new Set(lister.values(NODE).filter((node) => !exists(node)));
  for (const node of gone.keys()) if (!missing.has(node)) gone.delete(node);
  for (const node of missing) if (!gone.has(node)) gone.set(node, nowMs);
  return [...gone].flatMap(([node, since]) => (nowMs - since >= QUARANTINE_MS ? lister.by(NODE, node) : []));
}

const NODE = "pod-gc/node";
const STATE = "pod-gc/state";
const NEVER_BOUND = "never bound";
const ENDED = "ended";
const OUT_OF_SERVICE = "out of service";

/** Most pods are in neither state, and need not be looked at each time. */
const POD_GC_INDEXES: Readonly<Record<string, KeysOf<Pod>>> = {
  [NODE]: ({ spec: { nodeName } }) => (nodeName === undefined ? [] : [nodeName]),
  [STATE]: (pod) => {
    // To be deleted, and without a node on which anything could run.
    const neverBound = pod.metadata.deletionTimestamp !== undefined && pod.spec.nodeName === undefined;
    return [...(neverBound ? [NEVER_BOUND] : []), ...(podEnded(pod) ? [ENDED] : [])];
  },
};

/** A node of which somebody has said that it is out of service, and that shows no sign of life. */
function outOfService(node: Node): readonly string[] {
  const tainted = node.spec?.taints?.some(({ key }) => key === "node.kubernetes.io/out-of-service") === true;
  return tainted && !isNodeReady(node) ? [OUT_OF_SERVICE] : [];
}

function isEnding({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Of the pods that have ended, those beyond `max`: evicted ones first, then the oldest. */
function tooManyEnded(lister: Lister<Pod>, max: number): readonly Pod[] {
  if (max <= 0 || lister.count(STATE, ENDED) <= max) return [];
  const ended = lister.by(STATE, ENDED);
  const rank = ({ status, metadata }: Pod): string =>
    `${status?.reason === "Evicted" ? 0 : 1} ${metadata.creationTimestamp ?? ""} ${metadata.name}`;
  return [...ended].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, ended.length - max);
}

const NODE_GONE: Disruption = { reason: "DeletionByPodGC", message: "PodGC: node no longer exists" };

function failed(pod: Pod, disruption: Disruption | undefined, nowMs: number): Pod {
  const conditions = disruption === undefined ? pod.status?.conditions : disruptedConditions(pod, disruption, nowMs);
  return { ...pod, status: { ...pod.status, phase: "Failed", conditions } };
}
