import type { Clock } from "@skates/component-base";
import type { SchedulerMetrics } from "../metrics.ts";
import type { SchedulerPlugin } from "./plugin.ts";
import type { Judging, Prepared } from "./judging.ts";
import type { Rejection } from "./verdict.ts";

/** Looked at is one of so many attempts, and of that so many calls of plugins: a look costs more than what it looks at. */
const ATTEMPTS_PER_LOOK = 64;
const CALLS_MAX = 64;

/** The points whose plugins are counted, as metrics name them. */
const COUNTED_POINTS = ["PreFilter", "Filter", "PreScore", "Score"] as const;

/** How often and how long plugins are asked. Cheap enough to be asked by every call: what is dear is done for a sample. */
export interface PluginTimes {
  /** This attempt is looked at. */
  readonly on: boolean;
  begin(): void;
  end(): void;
  /** Does the work; if this attempt is looked at, measures it. */
  run<T extends object | number | undefined>(plugin: SchedulerPlugin, point: string, work: () => T): T;
  /** The same for all plugins of a point together. */
  point<T extends object>(point: string, work: () => T): T;
  /** These judges have a say in an attempt. */
  count(judges: readonly Judging[]): void;
}

/** Nobody looks. */
export const NO_TIMES: PluginTimes = {
  on: false,
  begin: () => undefined,
  end: () => undefined,
  run: (_plugin, _point, work) => work(),
  point: (_point, work) => work(),
  count: () => undefined,
};

/** Measures for metrics. */
export class MeasuredTimes implements PluginTimes {
  on = false;
  readonly #metrics: SchedulerMetrics;
  readonly #clock: Clock;
  readonly #profile: string;
  readonly #counts = new Map<SchedulerPlugin, { filter: number; score: number }>();
  #attempts = 0;
  #calls = 0;

  constructor(options: { readonly metrics: SchedulerMetrics; readonly clock: Clock; readonly profile: string }) {
    this.#metrics = options.metrics;
    this.#clock = options.clock;
    this.#profile = options.profile;
  }

  begin(): void {
    this.on = this.#attempts++ % ATTEMPTS_PER_LOOK === 0;
    this.#calls = 0;
  }

  end(): void {
    this.on = false;
  }

  run<T extends object | number | undefined>(plugin: SchedulerPlugin, point: string, work: () => T): T {
    if (!this.on || this.#calls >= CALLS_MAX) return work();
    this.#calls++;
    const startMs = this.#clock.monotonicMs();
    const result = work();
    const seconds = (this.#clock.monotonicMs() - startMs) / 1000;
    this.#metrics.pluginSeconds.observe([plugin.name, point, statusOf(result)], seconds);
    return result;
  }

  point<T extends object>(point: string, work: () => T): T {
    if (!this.on) return work();
    const startMs = this.#clock.monotonicMs();
    const result = work();
    const seconds = (this.#clock.monotonicMs() - startMs) / 1000;
    this.#metrics.pointSeconds.observe([point, pointStatusOf(result), this.#profile], seconds);
    return result;
  }

  count(judges: readonly Judging[]): void {
    for (const { plugin, judge } of judges) {
      let counts = this.#counts.get(plugin);
      if (counts === undefined) this.#counts.set(plugin, (counts = { filter: 0, score: 0 }));
      if (judge.filter !== undefined || judge.only !== undefined) counts.filter++;
      if (judge.score !== undefined) counts.score++;
    }
  }

  /** Adds to the metrics what was counted since the last time. */
  flush(): void {
    for (const [{ name }, counts] of this.#counts) {
      for (const point of COUNTED_POINTS) {
        const count = point.endsWith("Filter") ? counts.filter : counts.score;
        if (count > 0) this.#metrics.pluginEvaluations.inc([name, point, this.#profile], count);
      }
      counts.filter = 0;
      counts.score = 0;
    }
  }
}

/** What a plugin's answer is called in metrics. */
function statusOf(result: object | number | undefined): string {
  if (typeof result !== "object" || !isRejected(result)) return "Success";
  return result.resolvable ? "Unschedulable" : "UnschedulableAndUnresolvable";
}

/** A point as a whole fails where one of its plugins rejects the pod whatever the node. */
function pointStatusOf(result: Prepared | object): string {
  return "rejection" in result ? statusOf(result.rejection) : "Success";
}

function isRejected(result: object): result is Rejection {
  return "reasons" in result;
}
