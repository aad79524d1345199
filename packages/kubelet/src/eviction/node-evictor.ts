import type { Pod } from "@skates/api/core/v1";
import type { Clock, Logger } from "@skates/component-base";
import { keepLooking } from "../keep-looking.ts";
import type { Pressure } from "../node-status/machine.ts";
import { evictionMessage } from "./eviction-message.ts";
import { evictionOrder, type PodUse } from "./eviction-order.ts";
import { judge, missedOf, NO_STATE, type Observations, type PressureState } from "./pressure-state.ts";
import { type Scarce, scarceOf, type Signal, type Threshold } from "./thresholds.ts";

/** When pods go for the sake of the node. */
export interface EvictionSettings {
  readonly thresholds: readonly Threshold[];
  /** How long a node is said to be under pressure after it was. */
  readonly transitionMs: number;
  /** Most seconds that pods get to end for a soft threshold. */
  readonly graceSecondsMax: number;
}

export interface NodeEvictorOptions {
  readonly settings: EvictionSettings;
  readonly clock: Clock;
  readonly log: Logger;
  /** Pods that have not ended. */
  pods(): readonly Pod[];
  /** What there is; cheap. What cannot be measured is left out. */
  observe(signal: AbortSignal): Promise<Observations>;
  /** What pods take of what a signal is about, by uid; asked only when one has to go. */
  uses(of: Signal, signal: AbortSignal): Promise<ReadonlyMap<string, PodUse>>;
  /** Frees what nobody misses; false: there is nothing of the kind for this signal. */
  reclaim(of: Signal, signal: AbortSignal): Promise<boolean>;
  /** False: this one stays. */
  evict(pod: Pod, message: string, graceSeconds: number): boolean;
  /** Whether nothing runs any more of a pod that was to go. */
  hasEnded(pod: Pod): boolean;
  /** A pod goes for this. */
  evicted(of: Signal): void;
  /** It is begun to free something. */
  begins(scarce: Scarce): void;
  /** Called with each look. */
  seen(pressure: Pressure): void;
}

const LOOK_MS = 10_000;
const HARD_GRACE_SECONDS = 1;
/** One pod at a time: for so long it may give back what it had. */
const ENDED_MS_MAX = 30_000;
const ENDED_LOOK_MS = 1000;

/** Looks at what the node has left; frees what nobody misses, then ends pods, before the kernel does it blindly. */
export class NodeEvictor {
  readonly #options: NodeEvictorOptions;
  #state: PressureState = NO_STATE;
  constructor(options: NodeEvictorOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, settings } = this.#options;
    if (settings.thresholds.length === 0) return;
    const look = async (s: AbortSignal) => {
      for (let gone = await this.look(s); gone !== undefined; gone = await this.look(s)) await this.#ended(gone, s);
    };
    await keepLooking({ clock, log, everyMs: LOOK_MS, failure: "the node could not be looked at", look }, signal);
  }

  /** Looks once. Gives the pod that ends, if one does. */
  async look(signal: AbortSignal): Promise<Pod | undefined> {
    const { settings, clock, observe, seen, begins, pods, uses, evict } = this.#options;
    const { thresholds, transitionMs, graceSecondsMax } = settings;
    const observations = await observe(signal);
    const nowMs = clock.monotonicMs();
    const { state, pressure, due } = judge(this.#state, { thresholds, observations, transitionMs, nowMs });
    this.#state = state;
    seen(pressure);
    const [first] = due;
    if (first === undefined) return undefined;
    const scarce = scarceOf(first.signal);
    begins(scarce);
    if (await this.#reclaimed(first.signal, signal)) return undefined;
    const used = await uses(first.signal, signal);
    const gone = evictionOrder(scarce, pods(), used).find((pod) => {
      const message = evictionMessage(pod, used.get(pod.metadata.uid ?? ""), { due, observations });
      const own = pod.spec.terminationGracePeriodSeconds ?? Infinity;
      return evict(pod, message, first.graceMs === 0 ? HARD_GRACE_SECONDS : Math.min(graceSecondsMax, own));
    });
    if (gone !== undefined) this.#options.evicted(first.signal);
    return gone;
  }

  /** Whether all thresholds are kept now without any pod that goes. */
  async #reclaimed(of: Signal, signal: AbortSignal): Promise<boolean> {
    const { settings, observe, reclaim } = this.#options;
    if (!(await reclaim(of, signal))) return false;
    return missedOf(settings.thresholds, await observe(signal), true).length === 0;
  }

  async #ended(pod: Pod, signal: AbortSignal): Promise<void> {
    const { clock, hasEnded } = this.#options;
    const untilMs = clock.monotonicMs() + ENDED_MS_MAX;
    do await clock.sleep(ENDED_LOOK_MS, signal);
    while (!hasEnded(pod) && clock.monotonicMs() < untilMs);
  }
}
