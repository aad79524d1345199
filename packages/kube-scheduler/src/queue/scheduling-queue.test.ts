// Who is taken when: priority and age, backoff, events that help, gates, and time running out, on a clock that stands still.
import { type VirtualClock, virtualClock } from "@skates/component-base";
import { beforeEach, describe, expect, it } from "vitest";
import type { ClusterEvent } from "../framework/cluster-event.ts";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import { type PodInfo, podInfoOf, updatedPodInfo } from "../snapshot/pod-info.ts";
import { testNode, testPod, type TestPod } from "../testing/objects.ts";
import type { QueuedPod } from "./queued-pod.ts";
import { type Hint, SchedulingQueue } from "./scheduling-queue.ts";

const fits: SchedulerPlugin = {
  name: "Fits",
  wakes: [{ on: ["NodeAdded"], helps: (pod) => pod.pod.metadata.name !== "hopeless" }, { on: ["AssignedPodDeleted"] }],
};
const gates: SchedulerPlugin = { name: "Gates", wakes: [] };
const never = new AbortController().signal;
const nodeAdded: ClusterEvent = { kind: "NodeAdded", node: testNode("n") };
const by = new Set([fits]);
let clock: VirtualClock;
let queue: SchedulingQueue;
let lazy: SchedulingQueue;

beforeEach(async () => {
  clock = virtualClock();
  await clock.advance(500);
  const gate = ({ pod }: PodInfo): SchedulerPlugin | undefined =>
    (pod.spec.schedulingGates ?? []).length > 0 ? gates : undefined;
  const sort = (a: QueuedPod, b: QueuedPod): number => b.info.priority - a.info.priority || a.sinceMs - b.sinceMs;
  const options = { clock, gate, sort, backoffMs: 1000, backoffMsMax: 10_000 };
  queue = new SchedulingQueue({ ...options, eager: true });
  lazy = new SchedulingQueue({ ...options, eager: false });
});

const info = (name: string, change: TestPod = {}): PodInfo => podInfoOf(testPod(name, change));
const name = (entry: QueuedPod | undefined): string | undefined => entry?.info.pod.metadata.name;
const takeNow = (from: SchedulingQueue): QueuedPod => {
  const entry = from.takeNow();
  if (entry === undefined) throw new Error("the queue is empty");
  return entry;
};

describe("pods that are ready", () => {
  it("come by priority, then by age", async () => {
    for (const [pod, priority] of [
      ["low", 0],
      ["high", 10],
      ["first", 5],
      ["second", 5],
    ] as const) {
      queue.set(info(pod, { priority }));
      await clock.advance(1);
    }
    expect([0, 1, 2, 3, 4].map(() => name(queue.takeNow()))).toEqual(["high", "first", "second", "low", undefined]);
  });

  it("are handed to who waits", async () => {
    const taken = queue.take(never);
    await clock.advance(10);
    queue.set(info("a"));
    expect(name(await taken)).toBe("a");
  });

  it("are no longer taken once they are removed, and not taken twice", () => {
    queue.set(info("a"));
    queue.set(info("b"));
    queue.remove(info("a").uid);
    queue.set(info("b"));
    expect(name(queue.takeNow())).toBe("b");
    queue.set(info("b"));
    expect(queue.takeNow()).toBe(undefined);
  });

  it("are not waited for after an abort", async () => {
    const stop = new AbortController();
    const taken = queue.take(stop.signal);
    stop.abort(new Error("enough"));
    await expect(taken).rejects.toThrow("enough");
  });
});

describe("pods that fit nowhere", () => {
  it("wait for an event that helps them, and for their backoff", async () => {
    lazy.set(info("a"));
    lazy.reject(takeNow(lazy), by);
    await clock.advance(5_000);
    expect(lazy.takeNow()).toBe(undefined);
    lazy.handle(nodeAdded);
    expect(name(lazy.takeNow())).toBe("a");
  });

  it("wait 1 s, 2 s, 4 s and so on up to 10 s, rounded down to whole seconds", async () => {
    lazy.set(info("a"));
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) {
      const entry = takeNow(lazy);
      lazy.reject(entry, by);
      lazy.handle(nodeAdded);
      expect(lazy.takeNow()).toBe(undefined);
      waits.push(entry.backoffUntilMs - clock.monotonicMs());
      await clock.advance(20_000);
    }
    // It is always half past a second.
    expect(waits).toEqual([500, 1500, 3500, 7500, 9500, 9500]);
  });

  it("are not woken by what does not help them", async () => {
    queue.set(info("hopeless"));
    queue.reject(takeNow(queue), by);
    await clock.advance(20_000);
    queue.handle(nodeAdded);
    queue.handle({ kind: "NamespaceChanged" });
    expect(queue.takeNow()).toBe(undefined);
    queue.handle({ kind: "AssignedPodDeleted", pod: info("other") });
    expect(name(queue.takeNow())).toBe("hopeless");
  });

  it("are taken before their backoff ends when nothing else is to be done", () => {
    queue.set(info("a"));
    queue.reject(takeNow(queue), by);
    queue.handle(nodeAdded);
    expect(queue.counts().backoff).toBe(1);
    queue.set(info("b"));
    expect(name(queue.takeNow())).toBe("b");
    expect(name(queue.takeNow())).toBe("a");
  });

  it("are tried again when they are changed, but not when only their status is", () => {
    queue.set(info("a", { labels: { x: "1" } }));
    const entry = takeNow(queue);
    queue.reject(entry, by);
    const told = { ...entry.info.pod, status: { reason: "told" } };
    queue.set(updatedPodInfo(entry.info, told));
    expect(queue.counts().unschedulable).toBe(1);
    const { metadata } = entry.info.pod;
    queue.set(updatedPodInfo(entry.info, { ...told, metadata: { ...metadata, labels: { x: "2" } } }));
    expect(name(queue.takeNow())).toBe("a");
  });

  it("are tried again after five minutes in any case", async () => {
    queue.set(info("a"));
    queue.reject(takeNow(queue), by);
    const taken = queue.take(never);
    await clock.advance(299_000);
    expect(queue.counts().unschedulable).toBe(1);
    await clock.advance(1_000);
    expect(name(await taken)).toBe("a");
  });
});

describe("pods that something went wrong with", () => {
  it("are tried again after their backoff, not before", async () => {
    queue.set(info("a"));
    queue.retry(takeNow(queue));
    queue.handle(nodeAdded);
    expect(queue.takeNow()).toBe(undefined);
    const taken = queue.take(never);
    await clock.advance(1_000);
    expect(name(await taken)).toBe("a");
  });

  it("are forgotten if they were removed meanwhile", async () => {
    queue.set(info("a"));
    const entry = takeNow(queue);
    queue.remove(entry.info.uid);
    queue.retry(entry);
    queue.reject(entry, by);
    await clock.advance(20_000);
    expect(queue.takeNow()).toBe(undefined);
    expect(queue.get(entry.info.uid)).toBe(undefined);
  });
});

describe("pods with gates", () => {
  it("wait until the last is removed", () => {
    queue.set(info("a", { spec: { schedulingGates: [{ name: "x" }] } }));
    queue.handle(nodeAdded);
    expect(queue.takeNow()).toBe(undefined);
    expect(queue.counts().gated).toBe(1);
    queue.set(info("a"));
    expect(name(queue.takeNow())).toBe("a");
  });
});

describe("what metrics are told", () => {
  it("is which plugin was asked about which change, and what is kept for pods in flight", () => {
    const hints: Hint[] = [];
    const options = { clock, gate: () => undefined, sort: () => 0, backoffMs: 1000, backoffMsMax: 10_000, eager: true };
    const told = new SchedulingQueue({ ...options, onHint: (hint) => hints.push(hint) });
    told.set(info("a"));
    told.set(info("b"));
    told.reject(takeNow(told), by);
    takeNow(told);
    told.handle(nodeAdded);
    expect(hints).toEqual([{ plugin: "Fits", event: "NodeAdd", helps: true, seconds: 0 }]);
    expect([...told.missed()]).toEqual([["NodeAdd", 1]]);
    told.remove(info("b").uid);
    expect([...told.missed()]).toEqual([["NodeAdd", 0]]);
  });
});
