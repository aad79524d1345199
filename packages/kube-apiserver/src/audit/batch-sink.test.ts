// Batches of audit events: when they are written, what is tried again, what is lost and counted.
import { silentLogger, virtualClock } from "@skates/component-base";
import { expect, it } from "vitest";
import type { AuditEvent } from "./audit-event.ts";
import { type BatchOptions, batchSink, WEBHOOK_BATCHES } from "./batch-sink.ts";

const event = (auditID: string): AuditEvent => ({
  kind: "Event",
  apiVersion: "audit.k8s.io/v1",
  level: "Metadata",
  auditID,
  stage: "ResponseComplete",
  requestURI: "/",
  verb: "get",
  user: { username: "a" },
  requestReceivedTimestamp: "",
  stageTimestamp: "",
});

function sinkOf(options: Partial<BatchOptions>, failures = 0) {
  const clock = virtualClock();
  const written: string[][] = [];
  let failing = failures;
  let lost = 0;
  const sink = batchSink({
    ...WEBHOOK_BATCHES,
    ...options,
    name: "webhook",
    clock,
    log: silentLogger,
    lost: (count) => (lost += count),
    write: async (events) => {
      if (failing-- > 0) throw new Error("away");
      written.push(events.map(({ auditID }) => auditID));
    },
  });
  const ended = new AbortController();
  const running = sink.run(ended.signal);
  const end = async (): Promise<void> => {
    ended.abort(new Error("over"));
    await running;
  };
  return { clock, sink, written, lost: () => lost, end };
}

it("writes a full batch at once and others after their time", async () => {
  const { clock, sink, written, end } = sinkOf({ maxBatchSize: 2, maxBatchWaitMs: 1_000 });
  for (const id of ["a", "b", "c"]) sink.take(event(id));
  await clock.advance(0);
  expect(written).toEqual([["a", "b"]]);
  await clock.advance(1_000);
  expect(written).toEqual([["a", "b"], ["c"]]);
  sink.take(event("d"));
  await end();
  expect(written.at(-1)).toEqual(["d"]);
});

it("tries five times with growing pauses, then counts the batch as lost", async () => {
  const { clock, sink, written, lost, end } = sinkOf({ maxBatchSize: 1, initialBackoffMs: 100 }, 6);
  sink.take(event("a"));
  await clock.advance(100 + 150 + 225 + 338);
  expect([written, lost()]).toEqual([[], 1]);
  sink.take(event("b"));
  await clock.advance(101);
  expect([written, lost()]).toEqual([[["b"]], 1]);
  await end();
});

it("tries once more at its end what was not sent yet, and counts what does not arrive then either", async () => {
  for (const failures of [1, 2]) {
    const { clock, sink, written, lost, end } = sinkOf({ maxBatchSize: 1 }, failures);
    sink.take(event("a"));
    await clock.advance(0);
    await end();
    expect([written, lost()]).toEqual(failures === 1 ? [[["a"]], 0] : [[], 1]);
  }
});

it("drops what does not fit the buffer, and counts it", async () => {
  const { sink, lost, written, end } = sinkOf({ bufferSize: 2 });
  for (const id of ["a", "b", "c"]) expect(sink.take(event(id))).toBe(true);
  await end();
  expect([lost(), written]).toEqual([1, [["a", "b"]]]);
});

it("sends no more batches than it may", async () => {
  const options = { maxBatchSize: 1, maxBatchWaitMs: 10, throttle: { perSecond: 1, burst: 2 } };
  const { clock, sink, written, end } = sinkOf(options);
  for (const id of ["a", "b", "c"]) sink.take(event(id));
  await clock.advance(50);
  expect(written.length).toBe(2);
  await clock.advance(1_100);
  expect(written.length).toBe(3);
  await end();
});
