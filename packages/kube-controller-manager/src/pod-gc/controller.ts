import { type Node, nodes, pods } from "@skates/api/core/v1";
import { isStatus } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import { type Component, type Env, messageOf } from "@skates/component-base";
import type { Informers } from "@skates/controller-runtime";
import { failedPod, NODE_GC_INDEXES, planPodGc, POD_GC_INDEXES, type Removal } from "./plan.ts";

export interface PodGcOptions {
  readonly client: Client;
  readonly informers: Informers;
  readonly env: Env;
  /** Pods that have ended and are kept; the oldest beyond go. Default 12500; 0 keeps all. */
  readonly endedMax?: number | undefined;
}

const PERIOD_MS = 20_000;

/** Deletes pods that nobody will ever clear away: of nodes that are gone, never bound, of nodes that are out of service, or ended and too many. */
export function podGcController(options: PodGcOptions): Component {
  const { client, informers, env, endedMax = 12_500 } = options;
  const podLister = informers.for(pods, { indexes: POD_GC_INDEXES });
  const nodeLister = informers.for(nodes, { indexes: NODE_GC_INDEXES });
  const view = { pods: podLister, nodes: nodeLister, gone: new Map<string, number>() };
  let ready = false;

  async function collect(signal: AbortSignal): Promise<void> {
    const gone = new Map<string, boolean>();
    for (const removal of planPodGc(view, endedMax, env.clock.nowMs())) {
      const { orphanOf } = removal;
      if (orphanOf !== undefined) {
        const known = gone.get(orphanOf) ?? (await isGone(orphanOf, signal));
        gone.set(orphanOf, known);
        if (!known) continue;
      }
      await remove(removal, signal);
    }
  }

  /** A cache that is behind would cost running pods their lives: the server is asked, once for each node. */
  async function isGone(name: string, signal: AbortSignal): Promise<boolean> {
    try {
      await client.resource<Node>(nodes).get({ name }, {}, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (isStatus(error, "NotFound")) return true;
      env.log.info("a node could not be asked for; its pods stay", { node: name, cause: messageOf(error) });
    }
    return false;
  }

  async function remove(removal: Removal, signal: AbortSignal): Promise<void> {
    const typed = client.resource(pods);
    const { namespace, name, uid } = removal.pod.metadata;
    const failed = failedPod(removal, env.clock.nowMs());
    try {
      if (failed !== undefined) await typed.updateStatus(failed, {}, signal);
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
