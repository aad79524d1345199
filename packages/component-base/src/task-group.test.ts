// A task group ends its tasks together and reports the first failure.
import { describe, expect, it } from "vitest";
import { TaskGroup } from "./task-group.ts";
import { virtualClock } from "./virtual-clock.ts";

describe("task group", () => {
  it("aborts the others when one fails, and throws that failure", async () => {
    const clock = virtualClock();
    const group = new TaskGroup(new AbortController().signal);
    let ended = false;
    group.spawn(async (signal) => {
      try {
        await clock.sleep(1000, signal);
      } finally {
        ended = true;
      }
    });
    group.spawn(async () => {
      throw new Error("broken");
    });
    await expect(group.join()).rejects.toThrow("broken");
    expect([ended, group.size]).toEqual([true, 0]);
  });

  it("ends quietly when stopped or when its parent aborts", async () => {
    const clock = virtualClock();
    const parent = new AbortController();
    const stopped = new TaskGroup(parent.signal);
    const orphan = new TaskGroup(parent.signal);
    stopped.spawn((signal) => clock.sleep(1000, signal));
    orphan.spawn((signal) => clock.sleep(1000, signal));
    stopped.stop();
    await stopped.join();
    expect(orphan.size).toBe(1);
    parent.abort(new Error("over"));
    await orphan.join();
  });

  it("waits for tasks that tasks have spawned", async () => {
    const group = new TaskGroup(new AbortController().signal);
    const done: string[] = [];
    group.spawn(async () => {
      group.spawn(async () => {
        await Promise.resolve();
        done.push("inner");
      });
    });
    await group.join();
    expect(done).toEqual(["inner"]);
  });
});
