import { isStatus } from "@skates/apimachinery";
import { type Pod, pods } from "@skates/api/core/v1";
import type { PodDisruptionBudget } from "@skates/api/policy/v1";
import type { Client, Patch } from "@skates/client";
import { type Env, isAbort, messageOf, type Random, type TaskGroup } from "@skates/component-base";
import type { EventRecorder } from "@skates/controller-runtime";
import { bindPod } from "./bind/bind-pod.ts";
import { type NotScheduled, notScheduledPatch } from "./bind/pod-scheduled-condition.ts";
import { type Failure, failureMessage } from "./framework/decision.ts";
import type { Framework } from "./framework/framework.ts";
import type { SchedulerMetrics } from "./metrics.ts";
import type { Candidate } from "./preemption/candidate.ts";
import { evictVictims } from "./preemption/evict-victims.ts";
import { planPreemption } from "./preemption/plan-preemption.ts";
import type { QueuedPod } from "./queue/queued-pod.ts";
import type { SchedulingQueue } from "./queue/scheduling-queue.ts";
import type { Cluster } from "./snapshot/cluster.ts";
import type { PodInfo } from "./snapshot/pod-info.ts";

export interface SchedulingCycleOptions {
  readonly client: Client;
  readonly env: Env;
  readonly cluster: Cluster;
  readonly framework: Framework;
  readonly queue: SchedulingQueue;
  readonly recorder: EventRecorder;
  readonly metrics: SchedulerMetrics;
  /** Runs what goes on after a decision. */
  readonly group: TaskGroup;
  readonly profile: string;
  readonly bindingsMax: number;
  /** Says where preemption begins to look. */
  readonly random: Random;
  readonly budgets: () => readonly PodDisruptionBudget[];
}

/** Longest text of an event. */
const MESSAGE_MAX = 1024;

/** Decides for one pod after another, without waiting; bindings and status patches go on beside it. */
export class SchedulingCycle {
  readonly #options: SchedulingCycleOptions;
  /** By uid: what was last written to the pod's status. A binding waits for it, for its word must be the last. */
  readonly #patching = new Map<string, Promise<void>>();
  #bindings = 0;
  #roomWaits: (() => void) | undefined;

  constructor(options: SchedulingCycleOptions) {
    this.#options = options;
  }

  /** Resolves when another binding may be started. */
  async room(signal: AbortSignal): Promise<void> {
    while (this.#bindings >= this.#options.bindingsMax) {
      signal.throwIfAborted();
      // Bindings end when they are aborted, so this ends too.
      await new Promise<void>((resolve) => (this.#roomWaits = resolve));
    }
  }

  /** Decides for a pod that was taken from the queue, and sees to what follows from it. */
  schedule(entry: QueuedPod): void {
    const { cluster, env, framework, metrics, group } = this.#options;
    const startMs = env.clock.monotonicMs();
    const decision = framework.decide(entry.info);
    metrics.algorithmSeconds.observe([], (env.clock.monotonicMs() - startMs) / 1000);
    if ("failure" in decision) return this.#unschedulable(entry, decision.failure, startMs);
    const nodeName = decision.node.name;
    cluster.assume(entry.info, nodeName);
    this.#bindings++;
    group.spawn(async (signal) => {
      try {
        await this.#bind({ entry, nodeName, startMs }, signal);
      } finally {
        this.#bindings--;
        this.#roomWaits?.();
      }
    });
  }

  async #bind(
    { entry, nodeName, startMs }: { readonly entry: QueuedPod; readonly nodeName: string; readonly startMs: number },
    signal: AbortSignal,
  ): Promise<void> {
    const { client, env, queue, recorder, metrics, profile } = this.#options;
    const { info } = entry;
    const { uid } = info;
    await this.#patching.get(uid);
    const outcome = await bindPod({ client, clock: env.clock }, { info, nodeName }, signal);
    const nowMs = env.clock.monotonicMs();
    const observe = (result: string): void => {
      metrics.attempts.inc([result, profile]);
      metrics.attemptSeconds.observe([result, profile], (nowMs - startMs) / 1000);
    };
    if (outcome.kind === "bound") {
      observe("scheduled");
      metrics.podAttempts.observe([], entry.attempts);
      const attempts = entry.attempts > 15 ? "16+" : String(entry.attempts);
      metrics.podSeconds.observe([attempts], (nowMs - entry.firstMs) / 1000);
      const message = `Successfully assigned ${info.key} to ${nodeName}`;
      recorder.event({ about: info.pod, type: "Normal", reason: "Scheduled", message });
      return;
    }
    this.#release(info);
    queue.retry(entry);
    if (outcome.kind === "gone") return;
    observe("error");
    env.log.warn("a pod could not be bound", { pod: info.key, node: nodeName, cause: messageOf(outcome.error) });
    this.#tell(info, { reason: "SchedulerError", message: `binding rejected: ${messageOf(outcome.error)}` });
  }

  /** Gives back the place of a pod that will not come. */
  #release(info: PodInfo): void {
    const { cluster, queue } = this.#options;
    if (!cluster.isAssumed(info.uid)) return;
    cluster.forget(info.uid);
    queue.handle({ kind: "AssignedPodDeleted", pod: info });
  }

  #unschedulable(entry: QueuedPod, failure: Failure, startMs: number): void {
    const { env, queue, metrics, profile } = this.#options;
    queue.reject(entry, failure.plugins);
    metrics.attempts.inc(["unschedulable", profile]);
    const ms = env.clock.monotonicMs() - startMs;
    metrics.attemptSeconds.observe(["unschedulable", profile], ms / 1000);
    const { message, nominatedNode } = this.#preempt(entry.info, failure);
    this.#tell(entry.info, { reason: "Unschedulable", message: failureMessage(failure, message), nominatedNode });
  }

  /** Makes room for the pod where less important ones can give way. */
  #preempt(info: PodInfo, failure: Failure): { readonly message?: string; readonly nominatedNode?: string } {
    const { budgets, cluster, framework, metrics, random } = this.#options;
    if (failure.nodeCount === 0) return {};
    metrics.preemptionAttempts.inc([]);
    const plan = planPreemption(info, failure, {
      plugins: framework.plugins,
      snapshot: cluster,
      budgets: budgets(),
      random,
    });
    if ("message" in plan) {
      if (!plan.withdraw) return { message: plan.message };
      cluster.nominate(info, undefined);
      return { message: plan.message, nominatedNode: "" };
    }
    const { candidate } = plan;
    metrics.preemptionVictims.observe([], candidate.victims.length);
    this.#displaceNominated(info, candidate.node.name);
    cluster.nominate(info, candidate.node.name);
    this.#evict(info, candidate);
    return { nominatedNode: candidate.node.name };
  }

  #evict(info: PodInfo, candidate: Candidate): void {
    const { client, env, group, queue, recorder } = this.#options;
    group.spawn(async (signal) => {
      try {
        await evictVictims({ client, clock: env.clock, recorder }, { pod: info, candidate }, signal);
      } catch (error) {
        if (isAbort(error, signal) || signal.aborted) throw error;
        env.log.warn("a pod could not be preempted", {
          pod: info.key,
          node: candidate.node.name,
          cause: messageOf(error),
        });
        queue.wake(info.uid); // no deletion may ever wake it
      }
    });
  }

  /** Less important pods that wait for the same node have to look for another. */
  #displaceNominated(info: PodInfo, nodeName: string): void {
    const { cluster, group, queue } = this.#options;
    for (const other of cluster.nominatedOn(nodeName)) {
      if (other.uid === info.uid || other.priority >= info.priority) continue;
      cluster.nominate(other, undefined);
      queue.wake(other.uid);
      const body = { metadata: { uid: other.uid }, status: { nominatedNodeName: null } };
      group.spawn((signal) => this.#inTurn(other.pod, { type: "strategic", body }, signal));
    }
  }

  /** Tells in an event and in the pod's status why it waits. */
  #tell(info: PodInfo, said: NotScheduled): void {
    const { env, recorder, group } = this.#options;
    const message = truncate(said.message);
    recorder.event({ about: info.pod, type: "Warning", reason: "FailedScheduling", message });
    const patch = notScheduledPatch(info.pod, said, env.clock.nowMs());
    if (patch === undefined) return;
    group.spawn((signal) => this.#inTurn(info.pod, patch, signal));
  }

  /** Writes to one pod's status go out one after another. */
  #inTurn(pod: Pod, patch: Patch, signal: AbortSignal): Promise<void> {
    const { uid = "" } = pod.metadata;
    const done: Promise<void> = this.#patch(pod, patch, signal).finally(() => {
      if (this.#patching.get(uid) === done) this.#patching.delete(uid);
    });
    this.#patching.set(uid, done);
    return done;
  }

  async #patch(pod: Pod, patch: Patch, signal: AbortSignal): Promise<void> {
    const { client, env } = this.#options;
    const { name, namespace, uid = "" } = pod.metadata;
    try {
      await this.#patching.get(uid);
      await client.resource<Pod>(pods).sub("status").patch<Pod>({ name, namespace }, patch, {}, signal);
    } catch (error) {
      if (isAbort(error, signal) || signal.aborted) throw error;
      if (isStatus(error, "NotFound") || isStatus(error, "Conflict")) return; // the pod is gone or another by now
      env.log.warn("a pod's status could not be written", { pod: `${namespace}/${name}`, cause: messageOf(error) });
    }
  }
}

function truncate(message: string): string {
  return message.length <= MESSAGE_MAX ? message : `${message.slice(0, MESSAGE_MAX - 4)} ...`;
}
