import { type Env, isAbort, messageOf } from "@skates/component-base";
import type { EventRecorder } from "@skates/controller-runtime";
import type { BindOutcome } from "./bind/bind-outcome.ts";
import type { Extenders } from "./extenders/extenders.ts";
import type { Chosen, SchedulerPlugin } from "./framework/plugin.ts";
import type { PermitOutcome } from "./framework/waiting-pods.ts";
import type { SchedulerMetrics } from "./metrics.ts";
import type { PodStatuses } from "./pod-status.ts";
import type { Attempt, SchedulingCycle } from "./scheduling-cycle.ts";

export interface BindingCycleOptions {
  readonly env: Env;
  readonly extenders: Extenders;
  readonly statuses: PodStatuses;
  readonly recorder: (schedulerName: string) => EventRecorder;
  readonly metrics: SchedulerMetrics;
  /** Told of each pod that was bound: it stays assumed until the API shows it on its node. */
  readonly onBound: (uid: string) => void;
}

/** A pod on its way to a node. */
export interface Journey {
  readonly attempt: Attempt;
  readonly chosen: Chosen;
  /** Somebody holds the pod back. */
  readonly hold: { wait(signal: AbortSignal): Promise<PermitOutcome> } | undefined;
  /** It may be held up for long, and is not counted until it is bound. */
  readonly waits: boolean;
  /** Takes the pod back where it does not arrive. */
  readonly cycle: Pick<SchedulingCycle, "counted" | "failChosen" | "rejectChosen">;
}

/** From the choice of a node to the binding: waiting for permission, work before the binding, the binding itself. */
export class BindingCycle {
  readonly #options: BindingCycleOptions;

  constructor(options: BindingCycleOptions) {
    this.#options = options;
  }

  /** Rejects only when aborted. */
  async run(journey: Journey, signal: AbortSignal): Promise<void> {
    const { attempt, chosen, cycle, waits } = journey;
    const { env, statuses } = this.#options;
    try {
      // While the pod waits others can see where it is to go.
      if (waits && env.gates.enabled("NominatedNodeNameForExpectation"))
        statuses.nominate(chosen.pod, chosen.node.name);
      if (!(await this.#permitted(journey, signal)) || !(await this.#preBound(journey, signal))) return;
      await statuses.written(chosen.pod.uid);
      const bind = (): Promise<BindOutcome> => this.#bind(attempt, chosen, signal);
      const outcome = await (waits ? cycle.counted(bind, signal) : bind());
      switch (outcome.kind) {
        case "bound":
          return this.#bound(attempt, chosen);
        case "gone":
          return cycle.failChosen(attempt, chosen);
        case "failed":
          return cycle.failChosen(attempt, chosen, `binding rejected: ${messageOf(outcome.error)}`);
      }
    } catch (error) {
      if (isAbort(error, signal) || signal.aborted) throw error;
      cycle.failChosen(attempt, chosen, messageOf(error));
    }
  }

  /** False: the pod has been taken back. */
  async #permitted({ attempt, chosen, hold, cycle }: Journey, signal: AbortSignal): Promise<boolean> {
    if (hold === undefined) return true;
    const { env, metrics } = this.#options;
    const startMs = env.clock.monotonicMs();
    const outcome = await hold.wait(signal);
    const seconds = (env.clock.monotonicMs() - startMs) / 1000;
    metrics.permitWaitSeconds.observe([outcome.kind === "allowed" ? "Success" : "Unschedulable"], seconds);
    if (outcome.kind === "allowed") return true;
    cycle.rejectChosen(attempt, chosen, outcome);
    return false;
  }

  async #preBound({ attempt, chosen, cycle }: Journey, signal: AbortSignal): Promise<boolean> {
    const end = this.#timed("PreBind", attempt);
    for (const plugin of attempt.framework.profile.plugins.preBind) {
      const endOne = this.#timedPlugin(plugin, "PreBind");
      const rejection = await plugin.preBind?.(chosen, signal);
      endOne(rejection === undefined ? "Success" : "UnschedulableAndUnresolvable");
      if (rejection === undefined) continue;
      end("UnschedulableAndUnresolvable");
      cycle.rejectChosen(attempt, chosen, { plugin, rejection });
      return false;
    }
    end("Success");
    return true;
  }

  /** Begins to measure a point; the function that is returned ends it. */
  #timed(point: string, { framework }: Attempt): (status: string) => void {
    const { env, metrics } = this.#options;
    const startMs = env.clock.monotonicMs();
    return (status) => {
      const seconds = (env.clock.monotonicMs() - startMs) / 1000;
      metrics.pointSeconds.observe([point, status, framework.profile.name], seconds);
    };
  }

  #timedPlugin({ name }: SchedulerPlugin, point: string): (status: string) => void {
    const { env, metrics } = this.#options;
    const startMs = env.clock.monotonicMs();
    return (status) => metrics.pluginSeconds.observe([name, point, status], (env.clock.monotonicMs() - startMs) / 1000);
  }

  async #bind(attempt: Attempt, chosen: Chosen, signal: AbortSignal): Promise<BindOutcome> {
    const byExtender = await this.#options.extenders.bind(chosen, signal);
    if (byExtender !== undefined) return byExtender;
    const end = this.#timed("Bind", attempt);
    for (const plugin of attempt.framework.profile.plugins.bind) {
      const endOne = this.#timedPlugin(plugin, "Bind");
      const outcome = await plugin.bind?.(chosen, signal);
      endOne(outcome === undefined ? "Skip" : outcome.kind === "bound" ? "Success" : "Error");
      if (outcome === undefined) continue;
      end(outcome.kind === "bound" ? "Success" : "Error");
      return outcome;
    }
    return { kind: "failed", error: new Error("no plugin binds the pod") };
  }

  #bound({ entry, framework, startMs }: Attempt, chosen: Chosen): void {
    const { env, metrics, recorder, onBound } = this.#options;
    const { name: profile, plugins } = framework.profile;
    const { pod, node } = chosen;
    onBound(pod.uid);
    const nowMs = env.clock.monotonicMs();
    metrics.attempts.inc(["scheduled", profile]);
    metrics.attemptSeconds.observe(["scheduled", profile], (nowMs - startMs) / 1000);
    if (entry.flushed) metrics.afterFlush.inc([]);
    metrics.podAttempts.observe([], entry.attempts);
    const attempts = entry.attempts > 15 ? "16+" : String(entry.attempts);
    metrics.podSeconds.observe([attempts], (nowMs - entry.firstMs) / 1000);
    const message = `Successfully assigned ${pod.key} to ${node.name}`;
    recorder(profile).event({ about: pod.pod, type: "Normal", reason: "Scheduled", message });
    for (const plugin of plugins.postBind) plugin.postBind?.(chosen);
  }
}
