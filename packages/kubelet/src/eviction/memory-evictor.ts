import type { Pod } from "@skates/api/core/v1";
import type { Clock, Logger } from "@skates/component-base";
import { keepLooking } from "../keep-looking.ts";
import type { Runtime } from "../runtime.ts";
import { memoryMessage, memoryOrder } from "./memory-pressure.ts";
import { usageByPod } from "./usage-by-pod.ts";

export interface MemoryEvictorOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly log: Logger;
  /** Pods that have not ended. */
  pods(): readonly Pod[];
  /** What is left of the node's memory. */
  availableBytes(): Promise<number>;
  /** What is to be left at least. */
  readonly thresholdBytes: number;
  /** False: this one stays. */
  evict(pod: Pod, message: string): boolean;
}

const LOOK_MS = 10_000;
/** One pod at a time: until then it has given back what it had. */
const AFTER_EVICTION_MS = 30_000;

/** Ends pods while the node is short of memory, before the kernel does it blindly. */
export class MemoryEvictor {
  readonly #options: MemoryEvictorOptions;
  constructor(options: MemoryEvictorOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    const failure = "the node's memory could not be looked at";
    const look = async (s: AbortSignal) => {
      if (await this.look(s)) await clock.sleep(AFTER_EVICTION_MS - LOOK_MS, s);
    };
    await keepLooking({ clock, log, everyMs: LOOK_MS, failure, look }, signal);
  }

  /** Looks once. True: a pod ends. */
  async look(signal: AbortSignal): Promise<boolean> {
    const { runtime, thresholdBytes, evict } = this.#options;
    const availableBytes = await this.#options.availableBytes();
    if (availableBytes >= thresholdBytes) return false;
    const use = await usageByPod(runtime, ({ workingSetBytes }) => workingSetBytes, signal);
    return memoryOrder(this.#options.pods(), use).some((pod) => {
      const own = use.get(pod.metadata.uid ?? "") ?? new Map<string, number>();
      return evict(pod, memoryMessage(pod, own, { availableBytes, thresholdBytes }));
    });
  }
}
