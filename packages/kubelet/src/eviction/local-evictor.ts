import type { Pod } from "@skates/api/core/v1";
import type { Clock, Logger } from "@skates/component-base";
import { keepLooking } from "../keep-looking.ts";
import { podContainers } from "../pod/containers.ts";
import type { Runtime } from "../runtime.ts";
import { limitsLocalStorage, localLimitBreach } from "./local-limits.ts";
import { usageByPod } from "./usage-by-pod.ts";

export interface LocalEvictorOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly log: Logger;
  /** Pods that have not ended. */
  pods(): readonly Pod[];
  /** What an emptyDir has on disk. */
  volumeBytes(pod: Pod, volume: string, signal: AbortSignal): Promise<number>;
  /** What the logs of a container have on disk. */
  logBytes(pod: Pod, container: string, signal: AbortSignal): Promise<number>;
  evict(pod: Pod, message: string): void;
}

const LOOK_MS = 10_000;
/** To walk through a pod's volumes is work: they rest so long afterwards, or so many times as long as it took. */
const VOLUMES_MS = 60_000;
const REST_FACTOR = 10;

/** Ends pods that have more on the node's disk than their limits allow. Pods without such limits cost nothing. */
export class LocalEvictor {
  readonly #options: LocalEvictorOptions;
  /** What volumes were last seen to have, by pod uid. */
  #measured: ReadonlyMap<string, Measured> = new Map();
  constructor(options: LocalEvictorOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    const failure = "what pods have on disk could not be measured";
    await keepLooking({ clock, log, everyMs: LOOK_MS, failure, look: (s) => this.look(s) }, signal);
  }

  /** Looks once. */
  async look(signal: AbortSignal): Promise<void> {
    const { runtime, clock, logBytes, evict } = this.#options;
    const pods = this.#options.pods().filter((pod) => limitsLocalStorage(pod));
    if (pods.length === 0) return;
    const layers = await usageByPod(runtime, ({ writableLayerBytes }) => writableLayerBytes, signal);
    const before = this.#measured;
    const measured = new Map<string, Measured>();
    this.#measured = measured;
    for (const pod of pods) {
      const uid = pod.metadata.uid ?? "";
      const containers = new Map(layers.get(uid));
      for (const { container } of podContainers(pod)) {
        const { name } = container;
        containers.set(name, (containers.get(name) ?? 0) + (await logBytes(pod, name, signal)));
      }
      const known = before.get(uid);
      const fresh = known !== undefined && clock.monotonicMs() < known.againAtMs;
      const own = fresh ? known : await this.#measure(pod, signal);
      measured.set(uid, own);
      const message = localLimitBreach(pod, { volumes: own.volumes, containers });
      if (message !== undefined) evict(pod, message);
    }
  }

  async #measure(pod: Pod, signal: AbortSignal): Promise<Measured> {
    const { clock, volumeBytes } = this.#options;
    const startMs = clock.monotonicMs();
    const volumes = new Map<string, number>();
    for (const { name, emptyDir } of pod.spec.volumes ?? []) {
      if (emptyDir === undefined || emptyDir.medium === "Memory") continue;
      volumes.set(name, await volumeBytes(pod, name, signal));
    }
    const endMs = clock.monotonicMs();
    return { volumes, againAtMs: endMs + Math.max(VOLUMES_MS, (endMs - startMs) * REST_FACTOR) };
  }
}

interface Measured {
  readonly volumes: ReadonlyMap<string, number>;
  readonly againAtMs: number;
}
