// Deadlines and the virtual clock, on virtual time.
import { describe, expect, it } from "vitest";
import { deadline } from "./clock.ts";
import { virtualClock } from "./virtual-clock.ts";

const never = new AbortController().signal;

describe("virtual clock", () => {
  it("stands still until told, and wakes sleepers in the order of their time", async () => {
    const clock = virtualClock(1000);
    const woken: string[] = [];
    const sleep = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms, never);
      woken.push(`${name}@${clock.nowMs()}`);
    };
    void sleep("late", 30);
    void sleep("first", 10);
    void sleep("second", 10);
    await clock.advance(9);
    expect(woken).toEqual([]);
    expect(clock.sleepers()).toBe(3);
    await clock.advance(100);
    expect(woken).toEqual(["first@1010", "second@1010", "late@1030"]);
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([1109, 109]);
  });

  it("wakes those who fell asleep while it was moving, when their time lies within", async () => {
    const clock = virtualClock(0);
    const at: number[] = [];
    void (async () => {
      for (let i = 0; i < 3; i++) {
        await clock.sleep(10, never);
        at.push(clock.nowMs());
      }
    })();
    await clock.advance(25);
    expect(at).toEqual([10, 20]);
  });

  it("rejects sleepers with the reason of their signal", async () => {
    const clock = virtualClock();
    const abort = new AbortController();
    const sleeping = clock.sleep(10, abort.signal);
    abort.abort(new Error("enough"));
    await expect(sleeping).rejects.toThrow("enough");
    expect(clock.sleepers()).toBe(0);
    await expect(clock.sleep(1, abort.signal)).rejects.toThrow("enough");
  });
});

describe("deadline", () => {
  it("aborts with TimeoutError when the time is up", async () => {
    const clock = virtualClock();
    using limit = deadline(clock, 50, never);
    await clock.advance(49);
    expect(limit.signal.aborted).toBe(false);
    await clock.advance(1);
    expect([limit.signal.reason.name, limit.expired()]).toEqual(["TimeoutError", true]);
  });

  it("follows its parent, without counting as expired", async () => {
    const clock = virtualClock();
    const parent = new AbortController();
    using limit = deadline(clock, 50, parent.signal);
    parent.abort(new Error("gone"));
    expect([limit.signal.reason.message, limit.expired()]).toEqual(["gone", false]);
    await clock.advance(100);
    expect([clock.sleepers(), limit.expired()]).toEqual([0, false]);
  });

  it("frees its timer when disposed", async () => {
    const clock = virtualClock();
    const limit = deadline(clock, 50, never);
    limit[Symbol.dispose]();
    await clock.advance(100);
    expect([clock.sleepers(), limit.signal.aborted]).toEqual([0, false]);
  });
});
