// A bucket gives its burst, then no more than its rate.
import { virtualClock } from "@skates/component-base";
import { expect, test } from "vitest";
import { tokenBucket } from "./token-bucket.ts";

test("burst, empty, refilled by time, never above its size", async () => {
  const clock = virtualClock();
  const bucket = tokenBucket(clock, 2, 10);
  expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, false]);
  await clock.advance(100);
  expect([bucket.take(), bucket.take()]).toEqual([true, false]);
  await clock.advance(60_000);
  expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, false]);
});
