import { equalValues } from "@skates/apimachinery";
import { type Clock, Heap } from "@skates/component-base";
import { CLUSTER_EVENT_KINDS, type ClusterEvent, EVENT_LABELS, wakesOn } from "../framework/cluster-event.ts";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import type { Pool, QueuedPod, Ticketed } from "./queued-pod.ts";

/** Ends of backoff are rounded down to this, so that pods of one moment come by priority. */
const WINDOW_MS = 1_000;
/** Given as the reason, since an abort without one makes a DOMException with its stack each time. */
const WOKEN = new Error("woken");
/** Changes that are kept for a pod in flight. */
const MISSED_MAX = 64;
/** So long a pod waits for an event at most. */
const UNSCHEDULABLE_MS_MAX = 300_000;

export interface SchedulingQueueOptions {
  readonly clock: Clock;
  /** The plugin that does not let the pod be tried at all. */
  readonly gate: (pod: PodInfo) => SchedulerPlugin | undefined;
  /** Below zero: the first is to be tried first. */
  readonly sort: (a: QueuedPod, b: QueuedPod) => number;
  /** After the first failure, doubled by each further one. */
  readonly backoffMs: number;
  readonly backoffMsMax: number;
  /** Pods in backoff are taken early when nothing else is to be done, unless they failed by an error. */
  readonly eager: boolean;
  /** Told of each arrival in a pool and its cause. */
  readonly onMove?: ((pool: Pool, cause: string) => void) | undefined;
  /** Told how long it took to ask a plugin whether a change helps a pod; of a sample. */
  readonly onHint?: ((hint: Hint) => void) | undefined;
}

/** A plugin's word on whether a change helps a pod. */
export interface Hint {
  readonly plugin: string;
  /** As metrics name it. */
  readonly event: string;
  readonly helps: boolean;
  readonly seconds: number;
}

/** One of so many questions whether a change helps a pod is measured. */
const QUESTIONS_PER_LOOK = 64;

/** Pods to be scheduled: ready ones by priority and age, those that wait after a failure, and those that wait for an event. */
export class SchedulingQueue {
  readonly #options: SchedulingQueueOptions;
  readonly #entries = new Map<string, QueuedPod>();
  readonly #active = new Heap<Ticketed>((a, b) => this.#before(a, b));
  /** Whose backoff ends first; within the same window in the order of the active pool. */
  readonly #backoff = new Heap<Ticketed>((a, b) => {
    const byWindow = a.entry.backoffUntilMs - b.entry.backoffUntilMs;
    return byWindow !== 0 ? byWindow < 0 : this.#before(a, b);
  });
  readonly #inFlight = new Set<QueuedPod>();
  /** In the order in which they failed. */
  readonly #unschedulable = new Map<string, QueuedPod>();
  /** Those of them that a kind of change may help, so that the many changes that help nobody cost nothing. */
  readonly #hoping = new Map<string, Set<QueuedPod>>(CLUSTER_EVENT_KINDS.map((kind) => [kind, new Set()]));
  readonly #rejections = new Map<string, { readonly plugin: string; readonly profile: string; count: number }>();
  readonly #missedLabels = new Set<string>();
  #tickets = 0;
  #questions = 0;
  #wake: (() => void) | undefined;

  constructor(options: SchedulingQueueOptions) {
    this.#options = options;
  }

  /** A pod that is to be scheduled, or a newer copy of one that the queue has. */
  set(info: PodInfo): void {
    const entry = this.#entries.get(info.uid);
    if (entry === undefined) return this.#add(info);
    const old = entry.info;
    entry.info = info;
    const changed = old.requests !== info.requests || specChanged(old, info) || labelsChanged(old, info);
    if (entry.pool === "gated") {
      if (this.#ungated(entry)) this.#move(entry, "active", "PodUpdate");
    } else if (entry.pool === "unschedulable" && changed) this.#release(entry, "PodUpdate");
  }

  /** The pod is bound, gone, or nobody's business any more. */
  remove(uid: string): void {
    const entry = this.#entries.get(uid);
    if (entry === undefined) return;
    entry.ticket = ++this.#tickets;
    this.#entries.delete(uid);
    this.#inFlight.delete(entry);
    this.#leaveUnschedulable(entry);
  }

  get(uid: string): QueuedPod | undefined {
    return this.#entries.get(uid);
  }

  /** True while the pod is the queue's, and no other has its uid. */
  has(entry: QueuedPod): boolean {
    return this.#entries.get(entry.info.uid) === entry;
  }

  /** The next pod, when there is one. It stays the queue's until it is removed. For one caller at a time. */
  async take(signal: AbortSignal): Promise<QueuedPod> {
    for (;;) {
      signal.throwIfAborted();
      const entry = this.takeNow();
      if (entry !== undefined) return entry;
      await this.#change(signal);
    }
  }

  /** The next pod if there is one. */
  takeNow(): QueuedPod | undefined {
    this.#moveDue();
    const entry = pop(this.#active) ?? (this.#options.eager ? this.#popEarly() : undefined);
    if (entry === undefined) return undefined;
    const now = this.#options.clock.monotonicMs();
    entry.pool = "inFlight";
    entry.missed = [];
    this.#inFlight.add(entry);
    entry.ticket = ++this.#tickets;
    entry.attempts++;
    entry.firstTakenMs ??= now;
    return entry;
  }

  /** Gives back a pod that fits nowhere: it waits for an event that one of these plugins hopes for. */
  reject(entry: QueuedPod, by: ReadonlySet<SchedulerPlugin>): void {
    if (this.#entries.get(entry.info.uid) !== entry) return;
    this.#failed(entry);
    if (!this.#ungated(entry)) return this.#move(entry, "gated", "ScheduleAttemptFailure");
    entry.rejectedBy = by;
    const { missed } = entry;
    const helped = missed === "many" || missed.some((event) => this.#wanted(entry, event));
    if (helped) this.#release(entry, "ScheduleAttemptFailure");
    else this.#move(entry, "unschedulable", "ScheduleAttemptFailure");
  }

  /** Gives back a pod for which something went wrong: it is tried again after a while. */
  retry(entry: QueuedPod): void {
    if (this.#entries.get(entry.info.uid) !== entry) return;
    entry.rejectedBy = new Set();
    this.#failed(entry);
    this.#move(entry, "backoff", "ScheduleAttemptFailure");
  }

  /** Wakes a pod whatever it waits for, gates excepted. */
  wake(uid: string): void {
    const entry = this.#entries.get(uid);
    if (entry?.pool === "unschedulable") this.#release(entry, "ForceActivate");
    else if (entry?.pool === "inFlight") entry.missed = "many";
  }

  /** Wakes the pods that this change may help. */
  handle(event: ClusterEvent): void {
    for (const entry of this.#hoping.get(event.kind) ?? []) {
      if (!this.#wanted(entry, event)) continue;
      if (entry.pool !== "gated") this.#release(entry, EVENT_LABELS[event.kind]);
      else if (this.#ungated(entry)) this.#move(entry, "active", EVENT_LABELS[event.kind]);
    }
    for (const entry of this.#inFlight) {
      if (event.kind === "PodAdded" || entry.missed === "many") continue;
      if (entry.missed.length < MISSED_MAX) entry.missed.push(event);
      else entry.missed = "many";
    }
  }

  /** How many waiting pods each plugin rejected last, by profile; those that rejected some before and none now with 0. */
  rejections(): readonly { readonly plugin: string; readonly profile: string; readonly count: number }[] {
    for (const counted of this.#rejections.values()) counted.count = 0;
    for (const { rejectedBy, info } of this.#unschedulable.values()) {
      const profile = info.pod.spec.schedulerName ?? "";
      for (const { name: plugin } of rejectedBy) {
        const id = `${profile}/${plugin}`;
        const counted = this.#rejections.get(id) ?? { plugin, profile, count: 0 };
        counted.count++;
        this.#rejections.set(id, counted);
      }
    }
    return [...this.#rejections.values()];
  }

  /** Changes that are kept for pods in flight, by the name of metrics; those that were kept before and no more with 0. */
  missed(): ReadonlyMap<string, number> {
    const counts = new Map([...this.#missedLabels].map((label) => [label, 0]));
    for (const { missed } of this.#inFlight) {
      if (missed === "many") continue;
      for (const { kind } of missed) counts.set(EVENT_LABELS[kind], (counts.get(EVENT_LABELS[kind]) ?? 0) + 1);
    }
    for (const label of counts.keys()) this.#missedLabels.add(label);
    return counts;
  }

  /** How many pods are in each pool. */
  counts(): Readonly<Record<Pool, number>> {
    const counts = { active: 0, backoff: 0, gated: 0, inFlight: 0, unschedulable: 0 };
    for (const { pool } of this.#entries.values()) counts[pool]++;
    return counts;
  }

  #add(info: PodInfo): void {
    const now = this.#options.clock.monotonicMs();
    const entry: QueuedPod = {
      info,
      pool: "active",
      attempts: 0,
      firstMs: now,
      sinceMs: now,
      firstTakenMs: undefined,
      backoffUntilMs: 0,
      rejectedBy: new Set(),
      missed: [],
      flushed: false,
      ticket: 0,
    };
    this.#entries.set(info.uid, entry);
    this.#move(entry, this.#ungated(entry) ? "active" : "gated", "PodAdd");
  }

  /** Whether the pod may be tried; notes who is against it. */
  #ungated(entry: QueuedPod): boolean {
    const plugin = this.#options.gate(entry.info);
    if (plugin !== undefined) entry.rejectedBy = new Set([plugin]);
    return plugin === undefined;
  }

  /** True if a plugin that rejected the pod hopes for this change. */
  #wanted({ rejectedBy, info }: QueuedPod, event: ClusterEvent): boolean {
    if (rejectedBy.size === 0) return true;
    const { onHint, clock } = this.#options;
    for (const plugin of rejectedBy) {
      if (onHint === undefined || this.#questions++ % QUESTIONS_PER_LOOK !== 0) {
        if (wakesOn(plugin.wakes, info, event)) return true;
        continue;
      }
      const startMs = clock.monotonicMs();
      const helps = wakesOn(plugin.wakes, info, event);
      const seconds = (clock.monotonicMs() - startMs) / 1000;
      onHint({ plugin: plugin.name, event: EVENT_LABELS[event.kind], helps, seconds });
      if (helps) return true;
    }
    return false;
  }

  #before(a: Ticketed, b: Ticketed): boolean {
    const order = this.#options.sort(a.entry, b.entry);
    return order !== 0 ? order < 0 : a.ticket < b.ticket;
  }

  #failed(entry: QueuedPod): void {
    const { clock, backoffMs: initialMs, backoffMsMax } = this.#options;
    entry.sinceMs = clock.monotonicMs();
    const backoffMs = Math.min(initialMs * 2 ** (entry.attempts - 1), backoffMsMax);
    entry.backoffUntilMs = Math.floor((entry.sinceMs + backoffMs) / WINDOW_MS) * WINDOW_MS;
  }

  /** Out of the unschedulable pool: ready, or into backoff if that is not over. */
  #release(entry: QueuedPod, cause: string): void {
    entry.flushed = cause === "UnschedulableTimeout";
    this.#move(entry, entry.backoffUntilMs > this.#options.clock.monotonicMs() ? "backoff" : "active", cause);
  }

  #move(entry: QueuedPod, pool: Pool, cause: string): void {
    entry.pool = pool;
    entry.ticket = ++this.#tickets;
    this.#inFlight.delete(entry);
    this.#leaveUnschedulable(entry);
    const ticketed = { entry, ticket: entry.ticket };
    if (pool === "active") this.#active.push(ticketed);
    else if (pool === "backoff") this.#backoff.push(ticketed);
    else if (pool === "unschedulable" || pool === "gated") this.#joinUnschedulable(entry);
    this.#options.onMove?.(pool, cause);
    this.#wake?.();
  }

  #joinUnschedulable(entry: QueuedPod): void {
    if (entry.pool === "unschedulable") this.#unschedulable.set(entry.info.uid, entry);
    const kinds = entry.rejectedBy.size === 0 ? CLUSTER_EVENT_KINDS : [...entry.rejectedBy].flatMap(kindsOf);
    for (const kind of kinds) this.#hoping.get(kind)?.add(entry);
  }

  #leaveUnschedulable(entry: QueuedPod): void {
    this.#unschedulable.delete(entry.info.uid);
    for (const entries of this.#hoping.values()) entries.delete(entry);
  }

  /** What has waited long enough. */
  #moveDue(): void {
    const now = this.#options.clock.monotonicMs();
    for (
      let entry = top(this.#backoff);
      entry !== undefined && entry.backoffUntilMs <= now;
      entry = top(this.#backoff)
    ) {
      this.#move(entry, "active", "BackoffComplete");
    }
    for (const entry of this.#unschedulable.values()) {
      if (entry.sinceMs + UNSCHEDULABLE_MS_MAX > now) break;
      this.#release(entry, "UnschedulableTimeout");
    }
  }

  /** The first in backoff that did not fail by an error. */
  #popEarly(): QueuedPod | undefined {
    const skipped: Ticketed[] = [];
    let found: QueuedPod | undefined;
    while (found === undefined) {
      const entry = pop(this.#backoff);
      if (entry === undefined) break;
      if (entry.rejectedBy.size > 0) found = entry;
      else skipped.push({ entry, ticket: entry.ticket });
    }
    for (const ticketed of skipped) this.#backoff.push(ticketed);
    return found;
  }

  /** Waits until something moves or is due. */
  async #change(signal: AbortSignal): Promise<void> {
    const waiting = new AbortController();
    const stop = (): void => waiting.abort(WOKEN);
    signal.addEventListener("abort", stop, { once: true });
    this.#wake = stop;
    const dueMs = Math.max(0, this.#nextDueMs() - this.#options.clock.monotonicMs());
    try {
      await this.#options.clock.sleep(dueMs, waiting.signal);
    } catch (error) {
      if (!waiting.signal.aborted) throw error;
    } finally {
      this.#wake = undefined;
      signal.removeEventListener("abort", stop);
    }
  }

  #nextDueMs(): number {
    let dueMs = this.#options.clock.monotonicMs() + UNSCHEDULABLE_MS_MAX;
    const backoff = top(this.#backoff);
    if (backoff !== undefined) dueMs = Math.min(dueMs, backoff.backoffUntilMs);
    const [oldest] = this.#unschedulable.values();
    if (oldest !== undefined) dueMs = Math.min(dueMs, oldest.sinceMs + UNSCHEDULABLE_MS_MAX);
    return dueMs;
  }
}

function kindsOf({ wakes }: SchedulerPlugin): readonly string[] {
  return wakes.flatMap(({ on }) => on);
}

/** The first entry of a heap that still counts. */
function top(heap: Heap<Ticketed>): QueuedPod | undefined {
  for (let item = heap.peek(); item !== undefined; item = heap.peek()) {
    if (item.entry.ticket === item.ticket) return item.entry;
    heap.pop();
  }
  return undefined;
}

function pop(heap: Heap<Ticketed>): QueuedPod | undefined {
  const entry = top(heap);
  if (entry !== undefined) heap.pop();
  return entry;
}

function specChanged(old: PodInfo, next: PodInfo): boolean {
  const { generation } = old.pod.metadata;
  return generation !== undefined && generation !== next.pod.metadata.generation;
}

function labelsChanged(old: PodInfo, next: PodInfo): boolean {
  return !equalValues(old.pod.metadata.labels, next.pod.metadata.labels);
}
