// Events as people see them: written once, counted when repeated, merged when similar, cut when too many; on a server in memory.
import { type Event, events, type Node } from "@skates/api/core/v1";
import { StatusError } from "@skates/apimachinery";
import { clientFor } from "@skates/client";
import { OperatingError, type VirtualClock, virtualClock } from "@skates/component-base";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createEventCorrelator } from "./event-correlator.ts";
import { createEventRecorder } from "./event-recorder.ts";
import { newEvent } from "./new-event.ts";
import { settle, testEnv } from "./testing/env.ts";
import { type MemoryApi, memoryApi, refusalOf } from "./testing/memory-api.ts";

let clock: VirtualClock;
let api: MemoryApi;
let stop: AbortController;
let recorder: ReturnType<typeof createEventRecorder>;
let counts: Map<string, number>;
let ended: Promise<void>;

beforeEach(() => {
  clock = virtualClock(undefined, settle);
  api = memoryApi([events]);
  stop = new AbortController();
  counts = new Map();
  const client = clientFor(api.handler, { userAgent: "test", clock, retry: { unanswered: 0 } });
  recorder = createEventRecorder({ client, env: testEnv(clock, counts), component: "tester", host: "h", limit: 20 });
  ended = recorder.run(stop.signal);
});
afterEach(async () => {
  stop.abort();
  await ended;
});

const node: Node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n", uid: "u", resourceVersion: "5" },
  spec: {},
};
const tell = (message: string, reason = "Reason") => recorder.event({ about: node, type: "Warning", reason, message });
const stored = (): readonly Event[] => api.all("Event") as readonly Event[];

test("an event says who tells what about whom, and stands in default for objects without a namespace", async () => {
  tell("something happened");
  await clock.advance(0);
  expect(stored()).toMatchObject([
    {
      metadata: { name: expect.stringMatching(/^n\.[0-9a-f]{16}$/) as unknown, namespace: "default" },
      involvedObject: { apiVersion: "v1", kind: "Node", name: "n", uid: "u", resourceVersion: "5" },
      type: "Warning",
      reason: "Reason",
      message: "something happened",
      source: { component: "tester", host: "h" },
      reportingComponent: "tester",
      reportingInstance: "h",
      firstTimestamp: "2026-01-01T00:00:00Z",
      lastTimestamp: "2026-01-01T00:00:00Z",
      count: 1,
    },
  ]);
});

test("a repeated event is counted", async () => {
  tell("again");
  await clock.advance(60_000);
  tell("again");
  tell("again");
  await clock.advance(0);
  expect(stored()).toMatchObject([
    { count: 3, firstTimestamp: "2026-01-01T00:00:00Z", lastTimestamp: "2026-01-01T00:01:00Z" },
  ]);
});

test("a repeated event whose first has expired is written anew", async () => {
  tell("again");
  await clock.advance(0);
  const [first] = stored();
  if (first !== undefined) api.remove(first);
  tell("again");
  await clock.advance(0);
  expect(stored()).toMatchObject([{ count: 2 }]);
});

test("of events that differ in their message only the tenth and all later ones become one", async () => {
  for (let i = 0; i < 13; i++) {
    tell(`message ${i}`);
    await clock.advance(1000);
  }
  expect(stored()).toHaveLength(10);
  expect(stored().at(-1)).toMatchObject({ message: "(combined from similar events): message 12", count: 4 });
});

test("one source tells at most 25 events about an object at once, and one more every five minutes", async () => {
  for (let i = 0; i < 40; i++) {
    tell("m", `Reason${i}`);
    await clock.advance(10);
  }
  expect(stored()).toHaveLength(25);
  expect(counts.get("skates_events_dropped_total")).toBe(15);
  await clock.advance(300_000);
  tell("m", "Later");
  tell("m", "Much");
  await clock.advance(0);
  expect(stored()).toHaveLength(26);
});

test("an object that changes all the time is told of no more often than one that does not", async () => {
  for (let i = 0; i < 40; i++) {
    const about = { ...node, metadata: { ...node.metadata, resourceVersion: String(i) } };
    recorder.event({ about, type: "Normal", reason: `Reason${i}`, message: "m", fieldPath: `spec.containers{c${i}}` });
    await clock.advance(10);
  }
  expect(stored()).toHaveLength(25);
});

test("a server that cannot be reached is asked again; what comes meanwhile waits up to the limit", async () => {
  api.intercept = () => {
    throw new OperatingError("ECONNREFUSED", "no");
  };
  for (let i = 0; i < 25; i++)
    recorder.event({ about: { ...node, metadata: { name: `n${i}` } }, type: "Normal", reason: "R", message: "m" });
  await clock.advance(15_000);
  api.intercept = undefined;
  await clock.advance(15_000);
  expect(stored()).toHaveLength(20);
  expect(counts.get("skates_events_dropped_total")).toBe(5);
});

test("several go out at once, but those about one object one after another", async () => {
  let onTheWay = 0;
  let most = 0;
  const slow: typeof api.handler = async (request) => {
    most = Math.max(most, ++onTheWay);
    await clock.sleep(1000, stop.signal);
    onTheWay--;
    return await api.handler(request);
  };
  const client = clientFor(slow, { userAgent: "test", clock });
  const parallel = createEventRecorder({ client, env: testEnv(clock, counts), component: "lanes", parallel: 2 });
  const running = parallel.run(stop.signal);
  const about = (uid: string, message: string): void =>
    parallel.event({ about: { ...node, metadata: { name: uid, uid } }, type: "Normal", reason: "R", message });
  about("a", "first");
  about("a", "second");
  await clock.advance(1500);
  expect([most, stored().length]).toEqual([1, 1]);
  about("b", "third");
  await clock.advance(5000);
  expect([most, stored().length]).toEqual([2, 3]);
  stop.abort();
  await running;
});

test("an event that nobody answers to twelve times is given up, which is counted, and others go on", async () => {
  let requests = 0;
  api.intercept = () => {
    requests++;
    throw new OperatingError("ECONNREFUSED", "no");
  };
  tell("a");
  await clock.advance(100_000);
  expect([requests, counts.get("skates_events_dropped_total")]).toEqual([11, undefined]);
  await clock.advance(10_000);
  expect([requests, counts.get("skates_events_dropped_total")]).toEqual([12, 1]);
  api.intercept = undefined;
  tell("b");
  await clock.advance(0);
  expect(stored()).toMatchObject([{ message: "b" }]);
});

test("an event whose request got no answer holds up those about the same object only", async () => {
  let requests = 0;
  api.intercept = () => {
    if (requests++ === 0) throw new OperatingError("ECONNRESET", "no");
    return undefined;
  };
  tell("first");
  tell("second");
  // Ten times as many as may wait, while the first one does.
  for (let i = 0; i < 200; i++) {
    const about = { ...node, metadata: { name: `n${i}`, uid: `u${i}` } };
    recorder.event({ about, type: "Normal", reason: "R", message: "m" });
    await clock.advance(1);
  }
  expect([stored().length, counts.get("skates_events_dropped_total")]).toEqual([200, undefined]);
  await clock.advance(10_000);
  expect(stored().slice(200)).toMatchObject([{ message: "first" }, { message: "second" }]);
});

test("a server that is away is not asked for each event that waits", async () => {
  let requests = 0;
  api.intercept = () => {
    requests++;
    throw new OperatingError("ECONNREFUSED", "no");
  };
  for (let i = 0; i < 20; i++) {
    const about = { ...node, metadata: { name: `n${i}`, uid: `u${i}` } };
    recorder.event({ about, type: "Normal", reason: "R", message: "m" });
  }
  await clock.advance(0);
  expect(requests).toBe(3);
  await clock.advance(10_000);
  expect(requests).toBe(6);
  api.intercept = undefined;
  await clock.advance(10_000);
  expect(stored()).toHaveLength(20);
});

test("an event that was written although nobody answered is not lost", async () => {
  let requests = 0;
  const lossy: typeof api.handler = async (request) => {
    const response = await api.handler(request);
    if (requests++ === 0) throw new OperatingError("ECONNRESET", "no");
    return response;
  };
  const client = clientFor(lossy, { userAgent: "test", clock });
  const other = createEventRecorder({ client, env: testEnv(clock, counts), component: "lossy" });
  const running = other.run(stop.signal);
  other.event({ about: node, type: "Normal", reason: "R", message: "m" });
  await clock.advance(10_000);
  expect([requests, stored().length, counts.get("skates_events_dropped_total")]).toEqual([2, 1, undefined]);
  stop.abort();
  await running;
});

test("warnings and what is normal have limits of their own", async () => {
  for (const type of ["Normal", "Warning"] as const) {
    for (let i = 0; i < 26; i++) {
      recorder.event({ about: node, type, reason: `Reason${i}`, message: "m" });
      await clock.advance(10);
    }
  }
  expect(stored()).toHaveLength(50);
});

test("an event that is refused is dropped, and others go on", async () => {
  api.intercept = () => refusalOf(new StatusError("Forbidden", "no"));
  tell("a");
  await clock.advance(0);
  expect(counts.get("skates_events_dropped_total")).toBe(1);
  api.intercept = undefined;
  tell("b");
  await clock.advance(0);
  expect(stored()).toMatchObject([{ message: "b" }]);
});

test("similar events are told apart again after ten quiet minutes", () => {
  const correlator = createEventCorrelator();
  const messageAt = (message: string, monotonicMs: number): string | undefined => {
    const announcement = { about: node, type: "Normal", reason: "R", message } as const;
    const event = newEvent(announcement, { nowMs: 0, component: "c", host: undefined, order: 0 });
    return correlator.correlate(event, monotonicMs)?.event().message;
  };
  for (let i = 0; i < 9; i++) expect(messageAt(`m${i}`, i)).toBe(`m${i}`);
  expect(messageAt("m10", 11)).toBe("(combined from similar events): m10");
  expect(messageAt("m11", 700_000)).toBe("m11");
});
