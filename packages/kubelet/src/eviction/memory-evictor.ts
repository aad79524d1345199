import type { Pod } from "@skates/api/core/v1";
import { type Clock, isAbort, type Logger, messageOf } from "@skates/component-base";
import { CONTAINER_NAME, podUidOf } from "../pod/labels.ts";
import type { Runtime } from "../runtime.ts";
import { memoryMessage, memoryOrder } from "./memory-pressure.ts";

export interface MemoryEvictorOptions {
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly log: Logger;
  /** Pods that run. */
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
    try {
      for (;;) {
        const evicted = await this.look(signal).catch((error: unknown) => {
          if (isAbort(error, signal)) throw error;
          log.warn("the node's memory could not be looked at", { error: messageOf(error) });
          return false;
        });
        await clock.sleep(evicted ? AFTER_EVICTION_MS : LOOK_MS, signal);
      }
    } catch (error) {
      if (!isAbort(error, signal)) throw error;
    }
  }

  /** Looks once. True: a pod ends. */
  async look(signal: AbortSignal): Promise<boolean> {
    const { runtime, thresholdBytes, evict } = this.#options;
    const availableBytes = await this.#options.availableBytes();
    if (availableBytes >= thresholdBytes) return false;
    const use = new Map<string, Map<string, number>>();
    for (const usage of await runtime.containerStats(signal)) {
      const uid = podUidOf(usage) ?? "";
      const own = use.get(uid) ?? new Map<string, number>();
      use.set(uid, own.set(usage.labels[CONTAINER_NAME] ?? "", usage.workingSetBytes));
    }
    return memoryOrder(this.#options.pods(), use).some((pod) => {
      const own = use.get(pod.metadata.uid ?? "") ?? new Map<string, number>();
      return evict(pod, memoryMessage(pod, own, { availableBytes, thresholdBytes }));
    });
  }
}
