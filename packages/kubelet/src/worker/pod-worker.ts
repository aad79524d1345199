import { isAbort, messageOf } from "@skates/component-base";
import { equalValues } from "@skates/apimachinery";
import type { Pod } from "@skates/api/core/v1";
import { claimsDevices } from "../dra/pod-devices.ts";
import { type PodPlan, planPod } from "../plan/plan-pod.ts";
import { findContainer, formatPod, graceSecondsOf } from "../pod/containers.ts";
import { NOTHING_OBSERVED, type ObservedPod, withContainer, withoutId, withSandbox } from "../pod/observed.ts";
import { PodProbes } from "../probe/pod-probes.ts";
import { runProbe } from "../probe/run-probe.ts";
import type { RuntimeContainer, RuntimeEvent, RuntimeList, Sandbox } from "../runtime.ts";
import type { PodFailure } from "../status/pod-failure.ts";
import { isUrgent } from "../status/is-urgent.ts";
import { sameJson } from "../status/status-patch.ts";
import { carryOut } from "./carry-out.ts";
import { deadlineOf } from "./deadline.ts";
import { observeContainer, observeExit, observePod, podKey } from "./observe.ts";
import type { PodDeps } from "./pod-deps.ts";
import { PodState } from "./pod-state.ts";
import { PodVolumes } from "./pod-volumes.ts";
import { summary } from "./resize-containers.ts";
import { RetryDelays } from "./retry-delays.ts";
import { containerSubject } from "./start-container.ts";
import { StatusWriter } from "./status-writer.ts";
import { stopPod } from "./stop-pod.ts";
import { Wakeup } from "./wakeup.ts";

/** What is to end at once gets half as much again as its grace, and at least this, before it is told that it does not. */
const SLOW_MS = 10_000;

/** `run`: keep it running; `stop`: end all of it; `clean`: remove what it had here; `gone`: nothing is left to do. */
export type Stage = "run" | "stop" | "clean" | "gone";

/**
 * Looks after one pod from the first time it is seen until nothing is left of it. Everything that happens wakes it; it then makes a
 * plan and carries it out, one at a time. What it observes meanwhile goes into the status at once.
 */
export class PodWorker {
  readonly deps: PodDeps;
  readonly state: PodState;
  readonly probes: PodProbes;
  readonly volumes: PodVolumes;
  readonly #writer: StatusWriter;
  readonly #wakeup = new Wakeup();
  readonly #retries = new RetryDelays(1000, 10_000);
  readonly #ids = new Set<string>();
  #step: AbortController | undefined;
  #stage: Stage = "run";
  /** The API has no such pod any more. */
  #removed = false;
  /** The runtime may have something of this pod that is not known here. */
  #unsure = false;

  constructor(deps: PodDeps, pod: Pod, observed: ObservedPod = NOTHING_OBSERVED) {
    this.deps = deps;
    this.state = new PodState(pod, observed);
    this.volumes = new PodVolumes(deps, () => this.wake());
    this.#writer = new StatusWriter(deps, pod);
    this.probes = new PodProbes({
      clock: deps.clock,
      recorder: deps.recorder,
      tasks: deps.tasks,
      version: deps.node.version,
      run: (call, signal) => runProbe(deps, call, signal),
      changed: () => this.#changed(),
    });
    for (const { id } of [...observed.sandboxes, ...observed.containers]) this.#ids.add(id);
  }

  get stage(): Stage {
    return this.#stage;
  }

  /** The pod as the API has it, with the newest status. */
  pod(): Pod {
    return { ...this.state.pod, status: this.state.status };
  }

  owns(id: string): boolean {
    return this.#ids.has(id);
  }

  /** The API has a newer version of the pod. */
  update(pod: Pod): void {
    const before = this.state.pod.metadata;
    this.state.pod = pod;
    this.#writer.observe(pod);
    const { deletionTimestamp, deletionGracePeriodSeconds: grace } = pod.metadata;
    const stopping = deletionTimestamp !== undefined && before.deletionTimestamp === undefined;
    const sooner = (grace ?? Infinity) < (before.deletionGracePeriodSeconds ?? Infinity);
    if (stopping || (deletionTimestamp !== undefined && sooner)) this.#interrupt("the pod is being deleted");
    // Files of the downward API show them.
    const { labels, annotations } = pod.metadata;
    if (!equalValues(labels, before.labels) || !equalValues(annotations, before.annotations)) this.volumes.outdated();
    this.#changed();
  }

  /** The API has no such pod any more; `last` is what it was in the end. */
  removed(last: Pod): void {
    this.#removed = true;
    this.#writer.stop();
    const before = this.state.pod.metadata;
    this.state.pod = last;
    const sooner = graceSecondsOf(last) < (before.deletionGracePeriodSeconds ?? Infinity);
    if (before.deletionTimestamp === undefined || sooner) this.#interrupt("the pod was deleted");
    this.wake();
  }

  /** Ends the pod for a reason of the node. */
  fail(failure: PodFailure): void {
    this.state.failure ??= failure;
    if (failure.graceSeconds !== undefined) this.#tellIfSlow(failure.graceSeconds);
    this.#interrupt(failure.reason);
    this.#changed();
  }

  /** A pod that is told to end at once and does not is the runtime's fault. */
  #tellIfSlow(graceSeconds: number): void {
    const { tasks, clock, recorder } = this.deps;
    tasks.spawn(async (signal) => {
      await clock.sleep(Math.max(SLOW_MS, graceSeconds * 1500), signal);
      if (this.#stage !== "run" && this.#stage !== "stop") return;
      const message = "Container runtime did not kill the pod within specified grace period.";
      recorder.event({ object: this.state.pod }, "Warning", "ExceededGracePeriod", message);
    });
  }

  wake(): void {
    this.#wakeup.notify();
  }

  /** Something that the pod refers to has changed. */
  referenceChanged(): void {
    this.state.releaseConfigErrors();
    this.volumes.outdated();
    this.wake();
  }

  runtimeEvent(event: RuntimeEvent): void {
    this.deps.tasks.spawn(async (signal) => {
      await this.#look(event, signal).catch((error: unknown) => {
        if (isAbort(error, signal)) throw error;
        // The next list of everything shows it again.
        this.deps.log.warn("the runtime could not be asked about an event", { id: event.id, error: messageOf(error) });
      });
    });
  }

  async #look(event: RuntimeEvent, signal: AbortSignal): Promise<void> {
    if (this.state.observed.sandboxes.some((s) => s.id === event.id)) {
      this.observe(event.id, await this.deps.runtime.sandbox(event.id, signal));
    } else {
      const look = event.type === "exited" ? observeExit : observeContainer;
      this.observe(event.id, await look(this.deps, event.id, signal));
    }
  }

  /** Looks again at what a list of all that the runtime has of this pod shows otherwise than it is known here. */
  compare({ sandboxes, containers }: RuntimeList): void {
    const { observed } = this.state;
    for (const { id, state } of containers) {
      const mine = observed.containers.find((c) => c.id === id);
      if (mine !== undefined && mine.state !== state) this.runtimeEvent({ type: "started", id });
    }
    for (const { id, ready } of sandboxes) {
      const mine = observed.sandboxes.find((s) => s.id === id);
      if (mine !== undefined && mine.ready !== ready) this.runtimeEvent({ type: "started", id });
    }
    // What came to be although its making seemed to have failed.
    const all = [...sandboxes, ...containers].map(({ id }) => id);
    if (this.#stage === "run" && all.some((id) => !this.#ids.has(id))) {
      this.#unsure = true;
      this.wake();
    }
    // What was made while the list was on its way is asked for by itself, and is found.
    for (const { id } of [...observed.sandboxes, ...observed.containers]) {
      if (!all.includes(id)) this.runtimeEvent({ type: "deleted", id });
    }
  }

  /** Takes over what the runtime shows of a sandbox or container; undefined: it is gone. */
  observe(id: string, found: Sandbox | RuntimeContainer | undefined): void {
    const { state } = this;
    if (found === undefined) state.observed = withoutId(state.observed, id);
    else if ("sandboxId" in found) state.observed = withContainer(state.observed, found);
    else state.observed = withSandbox(state.observed, found);
    if (found === undefined) this.#ids.delete(id);
    else this.#ids.add(id);
    this.#changed();
  }

  /** From now on events about this id are for this pod. */
  own(id: string): void {
    this.#ids.add(id);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, references } = this.deps;
    this.deps.tasks.spawn((s) => this.#writer.run(s));
    references.register(this.state.pod, () => this.referenceChanged());
    this.#changed();
    while (!signal.aborted && !this.#isGone()) {
      let wakeAtMs: number | undefined;
      try {
        wakeAtMs = await this.#next(signal);
        this.#retries.reset();
      } catch (error) {
        if (isAbort(error, signal)) break;
        if (this.#step?.signal.aborted === true) continue;
        log.warn("pod could not be brought to its wanted state", {
          pod: podKey(this.state.pod),
          stage: this.#stage,
          error: messageOf(error),
        });
        if (this.#stage === "stop") this.#tellNotKilled(error);
        wakeAtMs = clock.nowMs() + this.#retries.next();
      }
      if (!this.#isGone()) await this.#wakeup.wait(clock, wakeAtMs, signal);
    }
    references.unregister(this.state.pod.metadata.uid ?? "");
    this.probes.stop();
    this.#writer.stop();
  }

  #tellNotKilled(error: unknown): void {
    const message = `error killing pod: ${messageOf(error)}`;
    this.deps.recorder.event({ object: this.state.pod }, "Warning", "FailedKillPod", message);
  }

  #isGone(): boolean {
    return this.#stage === "gone";
  }

  /** One turn; gives the time of the next one, should nothing happen before. */
  async #next(signal: AbortSignal): Promise<number | undefined> {
    this.#step = new AbortController();
    const step = AbortSignal.any([signal, this.#step.signal]);
    this.#advance();
    switch (this.#stage) {
      case "run":
        return await this.#sync(step);
      case "stop":
        await stopPod(this, step);
        // Before the status says that the pod has ended: then others may have its devices.
        if (claimsDevices(this.state.pod) || this.#removed)
          await this.deps.claims.unprepare(this.state.pod.metadata.uid ?? "", step);
        this.state.devicesReturned = true;
        this.state.terminal = true;
        this.#stage = "clean";
        this.#changed();
        return undefined;
      case "clean":
        return await this.#clean(step);
      case "gone":
        return undefined;
    }
  }

  /** From `run` to `stop`, once there is a reason. */
  #advance(): void {
    const { pod, status, failure } = this.state;
    const ended = status.phase === "Succeeded" || status.phase === "Failed";
    const deleting = pod.metadata.deletionTimestamp !== undefined || this.#removed;
    if (this.#stage === "run" && (deleting || ended || failure !== undefined)) this.#stage = "stop";
  }

  async #sync(signal: AbortSignal): Promise<number | undefined> {
    const { state, deps } = this;
    if (this.#unsure) {
      await this.observeAll(signal);
      this.#unsure = false;
    }
    const nowMs = deps.clock.nowMs();
    const due = deadlineOf(state.pod, state.status);
    if (due !== undefined && due.atMs <= nowMs) {
      deps.recorder.event({ object: state.pod }, "Normal", due.failure.reason, due.failure.message);
      this.fail(due.failure);
      return nowMs;
    }
    this.#judgeResize();
    const plan = planPod(state.view(nowMs, this.probes.results()));
    this.#tellBackoff(plan, state.planned(plan));
    if (plan.finish) {
      state.terminal = state.runningContainers().length === 0;
      this.#stage = "stop";
      this.#changed();
      return nowMs;
    }
    this.publish();
    const retryAtMs = await carryOut(this, plan, signal);
    const times = [plan.wakeAtMs, retryAtMs, due?.atMs, this.volumes.renewAtMs()];
    const known = times.filter((t): t is number => t !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  /** A change of resources for which the node has no room waits, and says so. */
  #judgeResize(): void {
    const { state, deps } = this;
    const before = state.resizePending;
    state.resizePending = state.wantsResize() ? deps.resizeRefusal(state.pod) : undefined;
    if (state.resizePending === undefined || before?.message === state.resizePending.message) return;
    const { reason, message } = state.resizePending;
    const text = `Pod resize ${reason}: ${summary(state.pod, message)}`;
    deps.recorder.event({ object: state.pod }, "Warning", `Resize${reason}`, text);
  }

  #tellBackoff({ waiting }: PodPlan, names: readonly string[]): void {
    const { pod } = this.state;
    for (const name of names) {
      const found = findContainer(pod, name);
      if (found === undefined || waiting.get(name)?.reason !== "CrashLoopBackOff") continue;
      const message = `Back-off restarting failed container ${name} in pod ${formatPod(pod)}`;
      this.deps.recorder.event(containerSubject(pod, found), "Warning", "BackOff", message);
    }
  }

  /** Frees all but the logs; then the API may forget the pod, and after that the logs go too. */
  async #clean(signal: AbortSignal): Promise<number | undefined> {
    const { pod, observed } = this.state;
    const { host, users, api, runtime } = this.deps;
    const { uid = "", name, namespace = "", deletionTimestamp } = pod.metadata;
    await host.tearDownPod(uid, signal);
    if (!this.#removed) {
      if (deletionTimestamp === undefined) return undefined;
      await this.#writer.flushed(signal);
      await api.delete(pod, signal);
      this.#removed = true;
      this.#writer.stop();
    }
    for (const sandbox of observed.sandboxes) await runtime.removeSandbox(sandbox.id, signal);
    users.release(uid);
    await host.removeLogs({ namespace, name, uid });
    this.#stage = "gone";
    return undefined;
  }

  #interrupt(why: string): void {
    this.#step?.abort(new Error(why));
  }

  #changed(): void {
    this.publish();
    this.wake();
  }

  /** Puts what is known into the status, and lets the probes follow. */
  publish(): void {
    const { state, deps } = this;
    this.probes.sync({
      pod: state.pod,
      observed: state.observed,
      podIp: state.podIps(deps.node)[0] ?? "",
      stopping: this.#stage !== "run",
    });
    const before = state.status;
    const status = state.makeStatus(deps.node, deps.clock.nowMs(), this.probes.results());
    if (!sameJson(before, status)) this.#writer.set(status, isUrgent(before, status));
  }

  /** Something failed halfway: look at everything before the next plan. */
  unsure(): void {
    this.#unsure = true;
  }

  /** For a fresh look at everything, when it is not clear what happened. */
  async observeAll(signal: AbortSignal): Promise<void> {
    const observed = await observePod(this.deps, this.state.pod.metadata.uid ?? "", signal);
    this.state.observed = observed;
    for (const { id } of [...observed.sandboxes, ...observed.containers]) this.#ids.add(id);
    this.publish();
  }
}
