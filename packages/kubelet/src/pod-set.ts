import { isAbort, messageOf, TaskGroup } from "@skates/component-base";
import { isPodTerminal, type Node, type Pod } from "@skates/api/core/v1";
import { admit, type Refusal } from "./admission/admit.ts";
import { isCritical } from "./admission/importance.ts";
import { type Shortage, shortageRefusal, shortages } from "./admission/shortages.ts";
import { victims } from "./admission/victims.ts";
import type { Resources } from "./env/resource-ref.ts";
import type { Waiting } from "./plan/plan-pod.ts";
import { podContainers } from "./pod/containers.ts";
import { POD_NAME, POD_NAMESPACE, podUidOf } from "./pod/labels.ts";
import { NOTHING_OBSERVED, type ObservedPod } from "./pod/observed.ts";
import type { RuntimeContainer, RuntimeList, Sandbox } from "./runtime.ts";
import type { PodFailure } from "./status/pod-failure.ts";
import { completeObservation } from "./worker/observe.ts";
import type { PodDeps } from "./worker/pod-deps.ts";
import { PodWorker } from "./worker/pod-worker.ts";
import { RetryDelays } from "./worker/retry-delays.ts";

/** A slow look at everything, in case an event got lost. */
const RELIST_MS = 45_000;
/** By then a subscription has reached the runtime. */
const SUBSCRIBED_MS = 500;
/** How often it is looked whether pods that make room have ended. */
const ROOM_MS = 100;
const EVICTION_GRACE_SECONDS = 1;

/** How a pod is ended before its time. */
export interface Eviction {
  /** For the sake of the node, not for what it has too much of itself. */
  readonly forOthers: boolean;
  /** What its containers get to end; default 1. */
  readonly graceSeconds?: number | undefined;
}

/** The Node object of this kubelet. */
export interface OwnNode {
  /** As the API last gave it, or else as it is going to be registered. */
  last(): Node;
  /** As the API has it now. */
  read(signal: AbortSignal): Promise<Node>;
}

/** All pods of a node, each with its worker; brings events of the API and of the runtime to the right one. */
export class PodSet {
  readonly #deps: PodDeps;
  readonly #node: OwnNode;
  readonly #workers = new Map<string, PodWorker>();
  /** What ran before this kubelet did, by pod uid, until its pod is seen. */
  #found = new Map<string, ObservedPod>();
  constructor(deps: Omit<PodDeps, "resizeRefusal">, node: OwnNode) {
    this.#node = node;
    this.#deps = { ...deps, resizeRefusal: (pod) => this.#resizeRefusal(pod) };
  }

  /** All pods with their newest statuses. */
  pods(): readonly Pod[] {
    return [...this.#workers.values()].map((w) => w.pod());
  }

  runningContainers(): readonly RuntimeContainer[] {
    return [...this.#workers.values()].flatMap((w) => w.state.runningContainers());
  }

  /** Names and ids of the images of all containers that are there or are to be. */
  imagesInUse(): ReadonlySet<string> {
    const names = new Set<string>();
    for (const { state } of this.#workers.values()) {
      for (const { image, imageId } of state.observed.containers) names.add(image).add(imageId);
      if (!state.terminal) for (const { container } of podContainers(state.pod)) names.add(container.image ?? "");
    }
    return names;
  }

  worker(uid: string): PodWorker | undefined {
    return this.#workers.get(uid);
  }

  /** The worker of the pod of this name that is not on its way out, or else the one that is. */
  byName(namespace: string, name: string): PodWorker | undefined {
    const named = [...this.#workers.values()].filter(({ state: { pod } }) => {
      return pod.metadata.name === name && pod.metadata.namespace === namespace;
    });
    return named.find((w) => w.state.pod.metadata.deletionTimestamp === undefined) ?? named.at(-1);
  }

  /** Finds out what runs already, and from then on follows the runtime. Retries until the runtime answers. */
  async adopt(signal: AbortSignal): Promise<void> {
    const { runtime, clock, log, tasks, users } = this.#deps;
    const delays = new RetryDelays(100, 5000);
    await users.adopt();
    tasks.spawn((s) => this.#followRuntime(s));
    for (;;) {
      try {
        this.#found = await this.#group(await runtime.list({}, signal), signal);
        tasks.spawn((s) => this.#relistAgain(s));
        return;
      } catch (error) {
        if (isAbort(error, signal)) throw error;
        log.warn("runtime does not answer", { error: messageOf(error) });
        await clock.sleep(delays.next(), signal);
      }
    }
  }

  /** A pod of the API, new or changed. */
  seen(pod: Pod): void {
    const uid = pod.metadata.uid ?? "";
    const known = this.#workers.get(uid);
    if (known !== undefined) {
      known.update(pod);
      return;
    }
    const observed = this.#found.get(uid) ?? NOTHING_OBSERVED;
    this.#found.delete(uid);
    const worker = this.#newWorker(pod, observed);
    const isNew = observed === NOTHING_OBSERVED && pod.status?.startTime === undefined;
    if (!isNew || this.#refusal(pod, this.#node.last()) === undefined) this.#start(uid, worker);
    else this.#start(uid, worker, (signal) => this.#judgeAgain(worker, signal));
  }

  /** Ends a pod at once because of what it takes, or for the sake of others. False: it ends already, or it is critical and stays. */
  evict({ metadata }: Pod, message: string, why: Eviction): boolean {
    const worker = this.#workers.get(metadata.uid ?? "");
    if (worker?.stage !== "run" || worker.state.failure !== undefined || isCritical(worker.state.pod)) return false;
    this.#deps.recorder.event({ object: worker.state.pod }, "Warning", "Evicted", message);
    worker.fail({
      reason: "Evicted",
      message,
      graceSeconds: why.graceSeconds ?? EVICTION_GRACE_SECONDS,
      disruption: why.forOthers ? message : undefined,
    });
    return true;
  }

  /** Whether nothing runs any more of the pod of this uid. */
  hasEnded(uid: string): boolean {
    const stage = this.#workers.get(uid)?.stage;
    return stage !== "run" && stage !== "stop";
  }

  /** Takes away what the runtime keeps of pods that have ended, logs and exit codes with it: their statuses tell these. */
  async removeDead(signal: AbortSignal): Promise<void> {
    for (const worker of this.#workers.values()) {
      if (!this.hasEnded(worker.state.pod.metadata.uid ?? "")) continue;
      const { pod, observed } = worker.state;
      for (const { id, state } of observed.containers) {
        if (state !== "exited") continue;
        await this.#deps.runtime.removeContainer(id, signal);
        worker.observe(id, undefined);
      }
      const { name, namespace = "", uid = "" } = pod.metadata;
      await this.#deps.host.removeLogs({ namespace, name, uid });
    }
  }

  removed(pod: Pod): void {
    this.#workers.get(pod.metadata.uid ?? "")?.removed(pod);
  }

  /** What ran before and belongs to no pod of the API is ended; call once all pods have been seen. */
  endOrphans(): void {
    const { tasks, host, claims, log } = this.#deps;
    for (const [uid, observed] of this.#found) {
      const pod = orphanPod(uid, observed);
      const worker = this.#newWorker(pod, observed);
      worker.removed(pod);
      this.#start(uid, worker);
    }
    this.#found.clear();
    tasks.spawn(async (signal) => {
      const claimed = await claims.podUids().catch((error: unknown) => {
        log.error("it is not known which devices are prepared", { error: messageOf(error) });
        return [];
      });
      const known = new Set([...(await host.podUids()), ...claimed]);
      const uids = [...known].filter((uid) => !this.#workers.has(uid));
      await Promise.all(uids.map((uid) => this.#tearDownLeftover(uid, signal)));
    });
  }

  /** Until it is done: a driver that has mounted something may come only later. */
  async #tearDownLeftover(uid: string, signal: AbortSignal): Promise<void> {
    const { host, users, claims, clock, log } = this.#deps;
    const delays = new RetryDelays(500, 122_000);
    for (;;) {
      try {
        await host.tearDownPod(uid, signal);
        await claims.unprepare(uid, signal);
        users.release(uid);
        return;
      } catch (error) {
        if (isAbort(error, signal)) throw error;
        log.warn("what is left of a pod that is gone could not be removed", { uid, error: messageOf(error) });
        await clock.sleep(delays.next(), signal);
      }
    }
  }

  #reject(worker: PodWorker, { reason, message }: Waiting): void {
    this.#deps.recorder.event({ object: worker.state.pod }, "Warning", reason, message);
    worker.fail({ reason, message, rejected: true });
  }

  #refusal(pod: Pod, node: Node): Refusal | undefined {
    const { operatingSystem, appArmor, sysctls, features } = this.#deps.node;
    const pressure = this.#deps.node.pressure();
    const others = this.#others(pod);
    const allocatable = this.#allocatable(node);
    return admit({ pod, others, node, allocatable, operatingSystem, appArmor, sysctls, features, pressure });
  }

  /** Pods that have not ended and were not refused, but for this one. */
  #others(pod: Pod): readonly Pod[] {
    const running = [...this.#workers.values()].filter((w) => w.stage === "run" && !isPodTerminal(w.pod()));
    return running.map((w) => w.state.pod).filter((other) => other.metadata.uid !== pod.metadata.uid);
  }

  /** What the kubelet does not know of itself, others have written into the node's status. */
  #allocatable({ status }: Node): Resources {
    return { ...status?.allocatable, ...this.#deps.node.allocatable() };
  }

  /** Looks at the node as it is now before a pod is refused, and makes room for a critical one. */
  async #judgeAgain(worker: PodWorker, signal: AbortSignal): Promise<void> {
    const { log } = this.#deps;
    const { pod } = worker.state;
    const node = await this.#node.read(signal).catch((error: unknown) => {
      if (isAbort(error, signal)) throw error;
      log.warn("the node could not be read anew for a pod", { pod: pod.metadata.name, error: messageOf(error) });
      return this.#node.last();
    });
    let refusal = this.#refusal(pod, node);
    try {
      if (refusal?.lacking !== undefined) refusal = await this.#makeRoom(pod, refusal.lacking, signal);
    } catch (error) {
      if (isAbort(error, signal)) throw error;
      const text = `Unexpected error while attempting to recover from admission failure: preemption: error finding a set of pods to preempt: ${messageOf(error)}`;
      refusal = { reason: "UnexpectedAdmissionError", message: text };
    }
    if (refusal !== undefined) this.#reject(worker, refusal);
  }

  /** Ends less important pods; resolves when they have ended. Throws if that would not do. */
  async #makeRoom(pod: Pod, lacking: readonly Shortage[], signal: AbortSignal): Promise<undefined> {
    const chosen = victims(pod, this.#others(pod), lacking);
    const workers = chosen.flatMap(({ metadata }) => this.#workers.get(metadata.uid ?? "") ?? []);
    for (const worker of workers) {
      this.#deps.recorder.event({ object: worker.state.pod }, "Warning", PREEMPTED.reason, PREEMPTED.message);
      worker.fail(PREEMPTED);
    }
    while (workers.some((w) => w.stage === "run" || w.stage === "stop")) await this.#deps.clock.sleep(ROOM_MS, signal);
  }

  #resizeRefusal(pod: Pod): Waiting | undefined {
    const allocatable = this.#allocatable(this.#node.last());
    const [never] = shortages(pod, [], allocatable);
    if (never !== undefined) {
      const { name, wanted, capacity } = never;
      const message = `Node didn't have enough capacity: ${name}, requested: ${wanted}, capacity: ${capacity}`;
      return { reason: "Infeasible", message };
    }
    const [now] = shortages(pod, this.#others(pod), allocatable);
    return now === undefined ? undefined : { reason: "Deferred", message: shortageRefusal(now).message };
  }

  /** With tasks of its own: what they wait for goes with the pod. */
  #newWorker(pod: Pod, observed: ObservedPod): PodWorker {
    const tasks = new TaskGroup(this.#deps.tasks.signal);
    return new PodWorker({ ...this.#deps, tasks }, pod, observed);
  }

  /** `before`: what has to be done before anything of the pod is. */
  #start(uid: string, worker: PodWorker, before?: (signal: AbortSignal) => Promise<void>): void {
    this.#workers.set(uid, worker);
    const { tasks } = worker.deps;
    this.#deps.tasks.spawn(async () => {
      await before?.(tasks.signal);
      await worker.run(tasks.signal);
      this.#workers.delete(uid);
      tasks.stop();
      await tasks.join();
      // There may be room now for what others were to grow by.
      for (const other of this.#workers.values()) if (other.state.resizePending !== undefined) other.wake();
    });
  }

  async #group(list: RuntimeList, signal: AbortSignal): Promise<Map<string, ObservedPod>> {
    const done = new Map<string, ObservedPod>();
    for (const [uid, group] of listsByPod(list)) done.set(uid, await completeObservation(this.#deps, group, signal));
    return done;
  }

  async #followRuntime(signal: AbortSignal): Promise<void> {
    const { runtime, clock, log } = this.#deps;
    const delays = new RetryDelays(100, 5000);
    while (!signal.aborted) {
      const following = new TaskGroup(signal);
      // What happened before the events began to come is found by looking at everything once they do.
      following.spawn(async (s) => {
        await clock.sleep(SUBSCRIBED_MS, s);
        await this.#relist(s);
      });
      try {
        for await (const event of runtime.events(signal)) {
          delays.reset();
          this.#ownerOf(event.id)?.runtimeEvent(event);
        }
      } catch (error) {
        if (isAbort(error, signal)) return;
        log.warn("events of the runtime were lost", { error: messageOf(error) });
      } finally {
        following.stop();
        await following.join();
      }
      if (!signal.aborted) await clock.sleep(delays.next(), signal).catch(() => undefined);
    }
  }

  #ownerOf(id: string): PodWorker | undefined {
    for (const worker of this.#workers.values()) if (worker.owns(id)) return worker;
    return undefined;
  }

  async #relistAgain(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      await clock.sleep(RELIST_MS, signal).catch(() => undefined);
      if (!signal.aborted) await this.#relist(signal);
    }
  }

  /** Tells workers what differs from what they know; what belongs to nobody is ended. */
  async #relist(signal: AbortSignal): Promise<void> {
    const { runtime, log } = this.#deps;
    try {
      const list = await runtime.list({}, signal);
      const lists = listsByPod(list);
      for (const [uid, worker] of this.#workers) worker.compare(lists.get(uid) ?? NOTHING_LISTED);
    } catch (error) {
      if (!isAbort(error, signal)) log.warn("runtime could not be listed", { error: messageOf(error) });
    }
  }
}

const PREEMPTED: PodFailure = {
  reason: "Preempting",
  message: "Preempted in order to admit critical pod",
  disruption: "Pod was preempted by Kubelet to accommodate a critical pod.",
};

const NOTHING_LISTED: RuntimeList = { sandboxes: [], containers: [] };

/** What a list of everything has of each pod, by its uid. */
function listsByPod(list: RuntimeList): ReadonlyMap<string, RuntimeList> {
  const lists = new Map<string, { readonly sandboxes: Sandbox[]; readonly containers: RuntimeContainer[] }>();
  const listOf = (item: Sandbox | RuntimeContainer) => {
    const uid = podUidOf(item);
    if (uid === undefined) return undefined;
    const own = lists.get(uid) ?? { sandboxes: [], containers: [] };
    lists.set(uid, own);
    return own;
  };
  for (const sandbox of list.sandboxes) listOf(sandbox)?.sandboxes.push(sandbox);
  for (const container of list.containers) listOf(container)?.containers.push(container);
  return lists;
}

/** As much of a pod as its sandbox tells; enough to end it. */
function orphanPod(uid: string, observed: ObservedPod): Pod {
  const labels = observed.sandboxes[0]?.labels ?? observed.containers[0]?.labels ?? {};
  const names = [...new Set(observed.containers.map((c) => c.name))];
  const grace = Number(observed.containers[0]?.annotations["io.kubernetes.pod.terminationGracePeriod"] ?? "30");
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: labels[POD_NAME] ?? "", namespace: labels[POD_NAMESPACE] ?? "", uid },
    spec: {
      containers: names.map((name) => ({ name })),
      terminationGracePeriodSeconds: Number.isSafeInteger(grace) ? grace : 30,
    },
  };
}
