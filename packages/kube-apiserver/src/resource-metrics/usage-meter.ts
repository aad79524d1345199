import type { Node } from "@skates/api/core/v1";
import type { Clock } from "@skates/component-base";
import type { NodeReading, UsageReading } from "./read-page.ts";

/** Use over a window of time. */
export interface Usage {
  readonly timestampMs: number;
  readonly windowMs: number;
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

export interface NodeUsage {
  readonly node: Usage | undefined;
  /** By `<namespace>/<pod>`; a pod is there when all its containers that run have been seen twice. */
  readonly pods: ReadonlyMap<string, ReadonlyMap<string, Usage>>;
}

export interface UsageMeterOptions {
  readonly clock: Clock;
  /** Asks a node's kubelet. Rejects when it does not answer. */
  read(node: Node, signal: AbortSignal): Promise<NodeReading>;
}

/** As metrics-server: figures are so old at most. */
const FRESH_MS = 15_000;
/** Older readings say nothing of now: use since then would be an average over too long. */
const OLD_MS = 60_000;
/** The shortest window that says anything. */
const WINDOW_MS = 1_000;

interface Readings {
  readonly takenMs: number;
  readonly last: NodeReading;
  readonly usage: NodeUsage;
}

/** Whoever comes meanwhile waits for the same. */
interface Measurement {
  readonly usage: Promise<NodeUsage>;
  /** Of whoever asked first. */
  readonly signal: AbortSignal;
}

/**
 * What nodes and pods use, read from kubelets when somebody asks: nobody asks, nothing is done. Whoever asks first after a while waits a
 * second, since use is the difference between two readings.
 */
export class UsageMeter {
  readonly #options: UsageMeterOptions;
  readonly #readings = new Map<string, Readings>();
  readonly #running = new Map<string, Measurement>();

  constructor(options: UsageMeterOptions) {
    this.#options = options;
  }

  /** Use of a node and its pods. Rejects when its kubelet does not answer. */
  async usageOf(node: Node, signal: AbortSignal): Promise<NodeUsage> {
    const { name } = node.metadata;
    for (;;) {
      const known = this.#readings.get(name);
      if (known !== undefined && this.#ageMs(known) < FRESH_MS) return known.usage;
      const running = this.#running.get(name);
      if (running === undefined) {
        const usage = this.#measure(node, known, signal).finally(() => this.#running.delete(name));
        this.#running.set(name, { usage, signal });
        return await usage;
      }
      try {
        return await running.usage;
      } catch (error) {
        // Who asked first may have left: then the next one asks.
        signal.throwIfAborted();
        if (!running.signal.aborted) throw error;
      }
    }
  }

  /** Nodes that are gone need not be remembered. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.#readings.keys()) if (!names.has(name)) this.#readings.delete(name);
  }

  #ageMs({ takenMs }: Readings): number {
    return this.#options.clock.monotonicMs() - takenMs;
  }

  async #measure(node: Node, known: Readings | undefined, signal: AbortSignal): Promise<NodeUsage> {
    const { clock, read } = this.#options;
    let before: NodeReading;
    if (known === undefined || this.#ageMs(known) > OLD_MS) {
      before = await read(node, signal);
      await clock.sleep(WINDOW_MS, signal);
    } else before = known.last;
    const last = await read(node, signal);
    const usage = between(before, last);
    this.#readings.set(node.metadata.name, { takenMs: clock.monotonicMs(), last, usage });
    return usage;
  }
}

function between(before: NodeReading, last: NodeReading): NodeUsage {
  const pods = new Map<string, ReadonlyMap<string, Usage>>();
  for (const [key, containers] of last.pods) {
    const usages = new Map<string, Usage>();
    for (const [container, reading] of containers) {
      const usage = usageOver(before.pods.get(key)?.get(container), reading);
      if (usage !== undefined) usages.set(container, usage);
    }
    if (usages.size === containers.size && usages.size > 0) pods.set(key, usages);
  }
  return { node: last.node === undefined ? undefined : usageOver(before.node, last.node), pods };
}

/** Undefined: a container that has been started meanwhile counts from nothing. */
function usageOver(before: UsageReading | undefined, last: UsageReading): Usage | undefined {
  if (before === undefined || last.cpuSeconds < before.cpuSeconds) return undefined;
  const windowMs = last.timestampMs - before.timestampMs;
  if (windowMs <= 0) return undefined;
  const cpuCores = ((last.cpuSeconds - before.cpuSeconds) * 1000) / windowMs;
  return { timestampMs: last.timestampMs, windowMs, cpuCores, memoryBytes: last.memoryBytes };
}
