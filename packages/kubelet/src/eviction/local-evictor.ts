import type { Pod } from "@skates/api/core/v1";
import { type Clock, isAbort, type Logger, messageOf } from "@skates/component-base";
import { CONTAINER_NAME, podUidOf } from "../pod/labels.ts";
import type { Runtime } from "../runtime.ts";
import { limitsLocalStorage, localLimitBreach } from "./local-limits.ts";

export interface LocalEvictorOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly log: Logger;
  /** Pods that run. */
  pods(): readonly Pod[];
  /** What an emptyDir has on disk. */
  volumeBytes(pod: Pod, volume: string, signal: AbortSignal): Promise<number>;
  /** What the logs of a container have on disk. */
  logBytes(pod: Pod, container: string, signal: AbortSignal): Promise<number>;
  evict(pod: Pod, message: string): void;
}

const LOOK_MS = 10_000;
/** To walk through volumes is work. */
const VOLUMES_MS = 60_000;

/** Ends pods that have more on the node's disk than their limits allow. Pods without such limits cost nothing. */
export class LocalEvictor {
  readonly #options: LocalEvictorOptions;
  #volumes: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map();
  #measuredAtMs = -Infinity;
  constructor(options: LocalEvictorOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    try {
      for (;;) {
        await this.look(signal).catch((error: unknown) => {
          if (isAbort(error, signal)) throw error;
          log.warn("what pods have on disk could not be measured", { error: messageOf(error) });
        });
        await clock.sleep(LOOK_MS, signal);
      }
    } catch (error) {
      if (!isAbort(error, signal)) throw error;
    }
  }

  /** Looks once. */
  async look(signal: AbortSignal): Promise<void> {
    const { evict } = this.#options;
    const pods = this.#options.pods().filter((pod) => limitsLocalStorage(pod));
    if (pods.length === 0) return;
    const layers = await this.#layers(signal);
    await this.#measureVolumes(pods, signal);
    for (const pod of pods) {
      const uid = pod.metadata.uid ?? "";
      const containers = new Map(layers.get(uid));
      for (const { name } of pod.spec.containers) {
        containers.set(name, (containers.get(name) ?? 0) + (await this.#options.logBytes(pod, name, signal)));
      }
      const message = localLimitBreach(pod, { volumes: this.#volumes.get(uid) ?? new Map(), containers });
      if (message !== undefined) evict(pod, message);
    }
  }

  /** What containers wrote beside their volumes, by pod. */
  async #layers(signal: AbortSignal): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
    const out = new Map<string, Map<string, number>>();
    for (const usage of await this.#options.runtime.containerStats(signal)) {
      const uid = podUidOf(usage) ?? "";
      const own = out.get(uid) ?? new Map<string, number>();
      out.set(uid, own.set(usage.labels[CONTAINER_NAME] ?? "", usage.writableLayerBytes));
    }
    return out;
  }

  async #measureVolumes(pods: readonly Pod[], signal: AbortSignal): Promise<void> {
    const { clock, volumeBytes } = this.#options;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#measuredAtMs < VOLUMES_MS) return;
    this.#measuredAtMs = nowMs;
    const out = new Map<string, ReadonlyMap<string, number>>();
    for (const pod of pods) {
      const own = new Map<string, number>();
      for (const { name, emptyDir } of pod.spec.volumes ?? []) {
        if (emptyDir !== undefined && emptyDir.medium !== "Memory") own.set(name, await volumeBytes(pod, name, signal));
      }
      out.set(pod.metadata.uid ?? "", own);
    }
    this.#volumes = out;
  }
}
