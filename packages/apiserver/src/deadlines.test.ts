// Time limits of requests on a virtual clock: of those that transport can end, and of those that have a signal only.
import { virtualClock } from "@skates/component-base";
import { expect, test } from "vitest";
import { Deadlines } from "./deadlines.ts";

const late = new Error("late");
const gone = new Error("gone");

test.each([
  ["its own signal, where the request can be ended", true],
  ["another one, where it cannot", false],
])("a request is bounded by %s", async (_how, endable) => {
  const clock = virtualClock();
  const deadlines = new Deadlines(clock);
  const begin = () => {
    const caller = new AbortController();
    const abort = (reason: Error): void => caller.abort(reason);
    return { caller, ...deadlines.bound({ signal: caller.signal, ...(endable ? { abort } : {}) }, 1000) };
  };
  const [slow, left, quick] = [begin(), begin(), begin()];
  quick.done();
  left.caller.abort(gone);
  await clock.advance(999);
  deadlines.tick(() => late);
  expect([slow, left, quick].map(({ signal }): unknown => signal.reason)).toEqual([undefined, gone, undefined]);
  await clock.advance(1);
  deadlines.tick(() => late);
  expect([slow, left, quick].map(({ signal }): unknown => signal.reason)).toEqual([late, gone, undefined]);
  expect(slow.signal === slow.caller.signal).toBe(endable);
});

test("a caller that left before is told of at once", () => {
  const { signal } = new Deadlines(virtualClock()).bound({ signal: AbortSignal.abort(gone) }, 1000);
  expect(signal.reason).toBe(gone);
});
