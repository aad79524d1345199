import { isStatus } from "@skates/apimachinery";
import { type Pod, pods } from "@skates/api/core/v1";
import type { Client } from "@skates/client";
import { type Env, isAbort, messageOf } from "@skates/component-base";
import type { ClusterFeed } from "./cluster-feed.ts";
import type { Cluster } from "./snapshot/cluster.ts";

export interface AssumedPodsOptions {
  readonly client: Client;
  readonly env: Env;
  readonly cluster: Cluster;
  readonly feed: ClusterFeed;
}

/** So long the watch may take to show a bound pod on its node before the API is asked. */
const EXPIRY_MS = 30_000;
const LOOK_MS = 10_000;

/** Pods that were bound and that the watch has not shown on their nodes yet. If it takes too long the API's word is fetched. */
export class AssumedPods {
  readonly #options: AssumedPodsOptions;
  readonly #boundMs = new Map<string, number>();

  constructor(options: AssumedPodsOptions) {
    this.#options = options;
  }

  bound(uid: string): void {
    if (this.#options.cluster.isAssumed(uid)) this.#boundMs.set(uid, this.#options.env.clock.monotonicMs());
  }

  /** Works until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options.env;
    for (;;) {
      await clock.sleep(LOOK_MS, signal);
      const nowMs = clock.monotonicMs();
      for (const [uid, boundMs] of this.#boundMs) {
        if (!this.#options.cluster.isAssumed(uid)) this.#boundMs.delete(uid);
        else if (nowMs - boundMs >= EXPIRY_MS && (await this.#settle(uid, signal))) this.#boundMs.delete(uid);
      }
    }
  }

  /** False: it cannot be told now. */
  async #settle(uid: string, signal: AbortSignal): Promise<boolean> {
    const { client, cluster, env, feed } = this.#options;
    const info = cluster.placed(uid);
    if (info === undefined) return true;
    const { name, namespace } = info.pod.metadata;
    try {
      const pod = await client.resource<Pod>(pods).get({ name, namespace }, {}, signal);
      if (!cluster.isAssumed(uid)) return true;
      if (pod.metadata.uid === uid) feed.pod({ type: "added", object: pod });
      else feed.pod({ type: "deleted", object: info.pod });
      return !cluster.isAssumed(uid);
    } catch (error) {
      if (isAbort(error, signal) || signal.aborted) throw error;
      if (isStatus(error, "NotFound")) {
        feed.pod({ type: "deleted", object: info.pod });
        return true;
      }
      env.log.warn("a bound pod that the watch does not show could not be looked up", {
        pod: info.key,
        cause: messageOf(error),
      });
      return false;
    }
  }
}
