import { type Clock, isAbort } from "@skates/component-base";
import type { Chosen, SchedulerPlugin } from "./plugin.ts";
import { type Rejection, unschedulable } from "./verdict.ts";

/** A pod that has a node and waits until all plugins that hold it let it go. */
export interface WaitingPod extends Chosen {
  /** Who still holds it. */
  readonly held: ReadonlySet<string>;
  /** One plugin lets it go. */
  allow(plugin: string): void;
  /** It gives up its node. */
  reject(plugin: SchedulerPlugin, message: string): void;
}

interface Hold {
  readonly plugin: SchedulerPlugin;
  readonly timeoutMs: number;
}

/** Given as the reason, since an abort without one makes a DOMException with its stack each time. */
const OVER = new Error("over");

/** What became of the wait. */
export type PermitOutcome =
  | { readonly kind: "allowed" }
  | { readonly kind: "rejected"; readonly plugin: SchedulerPlugin; readonly rejection: Rejection };

/** Pods that `permit` plugins hold back from being bound. */
export class WaitingPods {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  all(): Iterable<WaitingPod> {
    return this.#waiting.values();
  }

  get(uid: string): WaitingPod | undefined {
    return this.#waiting.get(uid);
  }

  /** Notes that the pod waits; `wait` on what is returned tells when it no longer does. */
  hold(chosen: Chosen, holds: readonly Hold[]): { wait(signal: AbortSignal): Promise<PermitOutcome> } {
    const waiting = new Waiting(chosen, holds);
    const { uid } = chosen.pod;
    this.#waiting.set(uid, waiting);
    return {
      wait: async (signal) => {
        try {
          return await waiting.outcome(this.#clock, signal);
        } finally {
          if (this.#waiting.get(uid) === waiting) this.#waiting.delete(uid);
        }
      },
    };
  }
}

class Waiting implements WaitingPod {
  readonly pod: Chosen["pod"];
  readonly node: Chosen["node"];
  readonly #holds: Map<string, Hold>;
  readonly #over = new AbortController();
  #outcome: PermitOutcome | undefined;

  constructor({ pod, node }: Chosen, holds: readonly Hold[]) {
    this.pod = pod;
    this.node = node;
    this.#holds = new Map(holds.map((hold) => [hold.plugin.name, hold]));
  }

  get held(): ReadonlySet<string> {
    return new Set(this.#holds.keys());
  }

  allow(plugin: string): void {
    this.#holds.delete(plugin);
    if (this.#holds.size === 0) this.#end({ kind: "allowed" });
  }

  reject(plugin: SchedulerPlugin, message: string): void {
    this.#end({ kind: "rejected", plugin, rejection: unschedulable(message) });
  }

  /** The first hold to run out ends the wait. */
  async outcome(clock: Clock, signal: AbortSignal): Promise<PermitOutcome> {
    const [first] = [...this.#holds.values()].toSorted((a, b) => a.timeoutMs - b.timeoutMs);
    if (this.#outcome === undefined && first !== undefined) {
      try {
        await clock.sleep(first.timeoutMs, AbortSignal.any([signal, this.#over.signal]));
        const message = `rejected due to timeout after waiting ${first.timeoutMs / 1000}s at plugin ${first.plugin.name}`;
        this.#end({ kind: "rejected", plugin: first.plugin, rejection: unschedulable(message) });
      } catch (error) {
        if (!this.#over.signal.aborted || (signal.aborted && isAbort(error, signal))) throw error;
      }
    }
    return this.#outcome ?? { kind: "allowed" };
  }

  #end(outcome: PermitOutcome): void {
    this.#outcome ??= outcome;
    this.#over.abort(OVER);
  }
}
