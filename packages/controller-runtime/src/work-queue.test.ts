// Order, delays, backoff and exclusion of the work queue, on a virtual clock.
import { type VirtualClock, virtualClock } from "@skates/component-base";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createWorkQueue, type WorkQueue } from "./work-queue.ts";

let clock: VirtualClock;
let stop: AbortController;
let queue: WorkQueue<string>;

beforeEach(() => {
  clock = virtualClock();
  stop = new AbortController();
  queue = createWorkQueue({ clock, id: (key: string) => key }, stop.signal);
});
afterEach(() => stop.abort());

/** What workers would get now, without waiting. */
async function drain(): Promise<string[]> {
  const out: string[] = [];
  for (;;) {
    const now = new AbortController();
    const next = queue.take(now.signal);
    now.abort();
    try {
      out.push(await next);
    } catch {
      return out;
    }
  }
}

test("a key that was added twice comes once, in the order of the first", async () => {
  queue.add("a");
  queue.add("b");
  queue.add("a");
  expect(queue.length()).toBe(2);
  expect(await drain()).toEqual(["a", "b"]);
  expect(queue.length()).toBe(0);
});

test("the higher priority comes first, also when it was raised later", async () => {
  queue.add("a");
  queue.add("b");
  queue.add("b", { priority: 1 });
  expect(queue.length()).toBe(2);
  expect(await drain()).toEqual(["b", "a"]);
});

test("a key with a worker comes back only after it is done", async () => {
  queue.add("a");
  expect(await drain()).toEqual(["a"]);
  queue.add("a");
  expect(await drain()).toEqual([]);
  queue.done("a", "ok");
  expect(await drain()).toEqual(["a"]);
});

test("a delayed key comes when its time has come, and the earliest time wins", async () => {
  queue.add("a", { delayMs: 1000 });
  queue.add("b", { delayMs: 5000 });
  queue.add("b", { delayMs: 500 });
  queue.add("b", { delayMs: 9000 });
  expect(await drain()).toEqual([]);
  await clock.advance(500);
  expect(await drain()).toEqual(["b"]);
  await clock.advance(500);
  expect(await drain()).toEqual(["a"]);
  queue.done("b", "ok");
  await clock.advance(10_000);
  expect(await drain()).toEqual([]);
});

test("a waiting worker gets what is added and what becomes due", async () => {
  const got: string[] = [];
  for (let i = 0; i < 2; i++)
    queue.take(stop.signal).then(
      (key) => got.push(key),
      () => undefined,
    );
  queue.add("now");
  queue.add("later", { delayMs: 100 });
  await clock.advance(99);
  expect(got).toEqual(["now"]);
  await clock.advance(1);
  expect(got).toEqual(["now", "later"]);
});

test("failures wait 5 ms, 10 ms, 20 ms, … up to 1000 s, and success forgets them", async () => {
  const waits: number[] = [];
  queue.add("a");
  for (let i = 0; i < 20; i++) {
    await drain();
    queue.done("a", "retry");
    const from = clock.monotonicMs();
    const next = queue.take(stop.signal).then(() => waits.push(clock.monotonicMs() - from));
    await clock.advance(1_000_000);
    await next;
  }
  expect(waits.slice(0, 4)).toEqual([5, 10, 20, 40]);
  expect(waits.slice(-2)).toEqual([1_000_000, 1_000_000]);
  queue.done("a", "ok");
  queue.add("a");
  await drain();
  queue.done("a", "retry");
  await clock.advance(5);
  expect(await drain()).toEqual(["a"]);
});

test("an addition goes ahead of the backoff", async () => {
  queue.add("a");
  for (let i = 0; i < 10; i++) {
    await drain();
    queue.done("a", "retry");
    queue.add("a");
  }
  expect(await drain()).toEqual(["a"]);
});

test("the end of the queue leaves no timer behind", async () => {
  queue.add("a", { delayMs: 1000 });
  expect(clock.sleepers()).toBe(1);
  stop.abort();
  await clock.advance(0);
  expect(clock.sleepers()).toBe(0);
});
