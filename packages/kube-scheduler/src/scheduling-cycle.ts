import { type Env, isAbort, messageOf, type TaskGroup } from "@skates/component-base";
import type { BindingCycle } from "./binding-cycle.ts";
import type { Extenders } from "./extenders/extenders.ts";
import { type Decision, type Failure, failureMessage } from "./framework/decision.ts";
import type { Framework } from "./framework/framework.ts";
import type { Chosen, SchedulerPlugin } from "./framework/plugin.ts";
import type { Rejection } from "./framework/verdict.ts";
import type { WaitingPods } from "./framework/waiting-pods.ts";
import { rejectionsBy } from "./framework/rejections.ts";
import type { SchedulerMetrics } from "./metrics.ts";
import type { PodStatuses } from "./pod-status.ts";
import { makesRoom, type PostFilterPlan, type PreemptionChoice, together } from "./preemption/post-filter-plan.ts";
import type { QueuedPod } from "./queue/queued-pod.ts";
import type { SchedulingQueue } from "./queue/scheduling-queue.ts";
import type { Cluster } from "./snapshot/cluster.ts";
import type { NodeInfo } from "./snapshot/node-info.ts";
import type { PodInfo } from "./snapshot/pod-info.ts";

export interface SchedulingCycleOptions {
  readonly env: Env;
  readonly cluster: Cluster;
  /** By scheduler name. */
  readonly frameworks: ReadonlyMap<string, Framework>;
  readonly extenders: Extenders;
  readonly queue: SchedulingQueue;
  readonly statuses: PodStatuses;
  readonly waiting: WaitingPods;
  readonly metrics: SchedulerMetrics;
  /** Runs what goes on after a decision. */
  readonly group: TaskGroup;
  readonly bindings: BindingCycle;
  readonly bindingsMax: number;
}

/** A pod that is being tried. */
export interface Attempt {
  readonly entry: QueuedPod;
  readonly framework: Framework;
  readonly startMs: number;
}

/** Decides for one pod after another, without waiting; all that takes time goes on beside it. */
export class SchedulingCycle {
  readonly #options: SchedulingCycleOptions;
  #underWay = 0;
  #roomWaits: (() => void)[] = [];

  constructor(options: SchedulingCycleOptions) {
    this.#options = options;
  }

  /** How many pods are under way to their nodes. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Resolves when another pod may be tried. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.#full) await this.#change(signal);
  }

  /** Work of a pod that was not counted while it waited: it goes on when there is room, and is counted until it ends. */
  async counted<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    // Nothing may come between the look and the count: all who wait are woken together.
    while (this.#full) await this.#change(signal);
    this.#underWay++;
    try {
      return await work();
    } finally {
      this.#left();
    }
  }

  get #full(): boolean {
    return this.#underWay >= this.#options.bindingsMax;
  }

  /** Resolves when something that was under way has ended; it ends when it is aborted, so this does too. */
  async #change(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve) => void this.#roomWaits.push(resolve));
  }

  /** Decides for a pod that was taken from the queue, and sees to what follows from it. */
  schedule(entry: QueuedPod): void {
    const { env, extenders, frameworks, metrics, queue } = this.#options;
    const framework = frameworks.get(entry.info.pod.spec.schedulerName ?? "");
    if (framework === undefined) return queue.remove(entry.info.uid);
    const startMs = env.clock.monotonicMs();
    const attempt: Attempt = { entry, framework, startMs };
    if (extenders.concern(entry.info)) return this.#beside((signal) => this.#consult(attempt, signal));
    const decision = framework.decide(entry.info);
    metrics.algorithmSeconds.observe([], (env.clock.monotonicMs() - startMs) / 1000);
    this.#follow(attempt, decision);
  }

  /** Decides with the extenders' word. Others are scheduled meanwhile, so that the node is looked at once more at the end. */
  async #consult(attempt: Attempt, signal: AbortSignal): Promise<void> {
    const { extenders, metrics, env } = this.#options;
    const { entry, framework, startMs } = attempt;
    let decision: Decision;
    try {
      decision = await extenders.decide(entry.info, framework, signal);
    } catch (error) {
      if (isAbort(error, signal) || signal.aborted) throw error;
      return this.#failed(attempt, messageOf(error));
    }
    metrics.algorithmSeconds.observe([], (env.clock.monotonicMs() - startMs) / 1000);
    if (!this.#options.queue.has(entry)) return;
    this.#follow(attempt, decision);
  }

  #follow(attempt: Attempt, decision: Decision): void {
    if ("failure" in decision) this.#unschedulable(attempt, decision.failure);
    else this.#choose(attempt, decision.node);
  }

  #choose(attempt: Attempt, node: NodeInfo): void {
    const { cluster, waiting, bindings } = this.#options;
    const { info } = attempt.entry;
    const { plugins } = attempt.framework.profile;
    const chosen: Chosen = { pod: info, node };
    cluster.assume(info, node.name);
    for (const plugin of plugins.reserve) {
      const rejection = plugin.reserve?.(chosen);
      if (rejection !== undefined) return this.rejectChosen(attempt, chosen, { plugin, rejection });
    }
    const holds: { readonly plugin: SchedulerPlugin; readonly timeoutMs: number }[] = [];
    for (const plugin of plugins.permit) {
      const permission = plugin.permit?.(chosen);
      if (permission === undefined) continue;
      if (permission.kind === "reject") {
        return this.rejectChosen(attempt, chosen, { plugin, rejection: permission.rejection });
      }
      holds.push({ plugin, timeoutMs: permission.timeoutMs });
    }
    const hold = holds.length === 0 ? undefined : waiting.hold(chosen, holds);
    // Pods that wait, for others or for what must be made ready for them, must not keep others from being tried.
    const waits = hold !== undefined || plugins.preBind.some((plugin) => plugin.preBinds?.(chosen) === true);
    this.#beside((signal) => bindings.run({ attempt, chosen, hold, waits, cycle: this }, signal), !waits);
  }

  /** Gives back a node on which a plugin did not let the pod come, and tells why. */
  rejectChosen(
    attempt: Attempt,
    chosen: Chosen,
    { plugin, rejection }: { readonly plugin: SchedulerPlugin; readonly rejection: Rejection },
  ): void {
    this.release(attempt, chosen);
    const rejections = rejectionsBy(new Map([[chosen.node, rejection]]));
    const failure: Failure = { nodeCount: 1, plugins: new Set([plugin]), rejections };
    this.#options.queue.reject(attempt.entry, failure.plugins);
    this.#observe(attempt, "unschedulable");
    this.#options.statuses.notScheduled(chosen.pod, { reason: "Unschedulable", message: failureMessage(failure) });
  }

  /** Gives back a node because something went wrong, and tells what; without a message the pod needs no further care. */
  failChosen(attempt: Attempt, chosen: Chosen, message?: string): void {
    this.release(attempt, chosen);
    if (message === undefined) this.#options.queue.retry(attempt.entry);
    else this.#failed(attempt, message);
  }

  /** Gives back what was taken for a pod that will not come. */
  release(attempt: Attempt, chosen: Chosen): void {
    const { cluster, queue } = this.#options;
    for (const plugin of attempt.framework.profile.plugins.reserve.toReversed()) {
      const rest = plugin.unreserve?.(chosen);
      if (rest !== undefined) this.#takeBack(chosen.pod, rest);
    }
    if (!cluster.isAssumed(chosen.pod.uid)) return;
    cluster.forget(chosen.pod.uid);
    queue.handle({ kind: "AssignedPodDeleted", pod: chosen.pod });
  }

  #takeBack(pod: PodInfo, work: (signal: AbortSignal) => Promise<void>): void {
    const { env, group } = this.#options;
    group.spawn(async (signal) => {
      try {
        await work(signal);
      } catch (error) {
        if (isAbort(error, signal) || signal.aborted) throw error;
        env.log.warn("what was written for a pod could not be taken back", { pod: pod.key, cause: messageOf(error) });
      }
    });
  }

  #failed(attempt: Attempt, message: string): void {
    const { env, queue, statuses } = this.#options;
    const { info } = attempt.entry;
    queue.retry(attempt.entry);
    this.#observe(attempt, "error");
    env.log.warn("a pod could not be scheduled", { pod: info.key, cause: message });
    statuses.notScheduled(info, { reason: "SchedulerError", message });
  }

  #observe({ framework, startMs }: Attempt, result: string): void {
    const { env, metrics } = this.#options;
    const profile = framework.profile.name;
    metrics.attempts.inc([result, profile]);
    metrics.attemptSeconds.observe([result, profile], (env.clock.monotonicMs() - startMs) / 1000);
  }

  #unschedulable(attempt: Attempt, failure: Failure): void {
    const { extenders, queue } = this.#options;
    const { entry, framework } = attempt;
    const { info } = entry;
    queue.reject(entry, failure.plugins);
    this.#observe(attempt, "unschedulable");
    const startMs = this.#options.env.clock.monotonicMs();
    const plan = this.#postFilter(info, framework, failure);
    const seconds = (this.#options.env.clock.monotonicMs() - startMs) / 1000;
    const status = (plan?.nominatedNode ?? "") === "" ? "Unschedulable" : "Success";
    this.#options.metrics.pointSeconds.observe(["PostFilter", status, framework.profile.name], seconds);
    const choice = plan?.choice;
    if (choice !== undefined && extenders.preempt(info)) {
      return this.#beside(async (signal) => {
        const agreed = await this.#agreed(choice, info, signal);
        this.#conclude(info, failure, agreed);
      });
    }
    this.#conclude(info, failure, plan);
  }

  #postFilter(pod: PodInfo, { profile }: Framework, failure: Failure): PostFilterPlan | undefined {
    const { cluster } = this.#options;
    const plans: PostFilterPlan[] = [];
    for (const plugin of profile.plugins.postFilter) {
      const plan = plugin.postFilter?.({ pod, failure, snapshot: cluster, filters: profile.plugins.filter });
      if (plan === undefined) continue;
      if (makesRoom(plan)) return { ...plan, act: together([...plans, plan])?.act };
      plans.push(plan);
      if (plan.last === true) break;
    }
    return together(plans);
  }

  /** The plan for what all extenders leave of the nodes that could be cleared. */
  async #agreed(choice: PreemptionChoice, pod: PodInfo, signal: AbortSignal): Promise<PostFilterPlan> {
    try {
      return choice.plan(await this.#options.extenders.agreedCandidates(choice.candidates(), pod, signal));
    } catch (error) {
      if (isAbort(error, signal) || signal.aborted) throw error;
      return { message: `preemption: ${messageOf(error)}` };
    }
  }

  /** Carries out what shall be done for a pod that fits nowhere, and tells it. */
  #conclude(info: PodInfo, failure: Failure, plan: PostFilterPlan | undefined): void {
    const { cluster, queue, statuses } = this.#options;
    const nominatedNode = plan?.nominatedNode;
    if (nominatedNode !== undefined) cluster.nominate(info, nominatedNode);
    for (const other of plan?.displaced ?? []) {
      cluster.nominate(other, undefined);
      queue.wake(other.uid);
      statuses.nominate(other, "");
    }
    if (plan?.act !== undefined) this.#act(info, plan.act);
    statuses.notScheduled(info, {
      reason: "Unschedulable",
      message: failureMessage(failure, plan?.message),
      nominatedNode,
    });
  }

  #act(info: PodInfo, act: (signal: AbortSignal) => Promise<void>): void {
    const { env, group, queue } = this.#options;
    group.spawn(async (signal) => {
      try {
        await act(signal);
      } catch (error) {
        if (isAbort(error, signal) || signal.aborted) throw error;
        env.log.warn("no room could be made for a pod", { pod: info.key, cause: messageOf(error) });
        queue.wake(info.uid); // no deletion may ever wake it
      }
    });
  }

  /** Goes on while others are scheduled, as long as there is room for it. */
  #beside(work: (signal: AbortSignal) => Promise<void>, counted = true): void {
    if (counted) this.#underWay++;
    this.#options.group.spawn(async (signal) => {
      try {
        await work(signal);
      } finally {
        if (counted) this.#left();
      }
    });
  }

  #left(): void {
    this.#underWay--;
    const waits = this.#roomWaits;
    this.#roomWaits = [];
    for (const wake of waits) wake();
  }
}
