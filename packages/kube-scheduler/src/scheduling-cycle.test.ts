// No more pods are under way to their nodes than may be, also when several that have waited go on at the same moment.
import { expect, it } from "vitest";
import { SchedulingCycle, type SchedulingCycleOptions } from "./scheduling-cycle.ts";

it("counts pods that have waited as they go on", async () => {
  const cycle = new SchedulingCycle({ bindingsMax: 2 } as SchedulingCycleOptions);
  const { signal } = new AbortController();
  const ends: (() => void)[] = [];
  const seen: number[] = [];
  const work = async (): Promise<void> => {
    seen.push(cycle.underWay);
    await new Promise<void>((resolve) => void ends.push(resolve));
  };
  const all = Array.from({ length: 7 }, () => cycle.counted(work, signal));
  while (seen.length < 7) {
    for (const end of ends.splice(0)) end();
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const end of ends) end();
  await Promise.all(all);
  expect([Math.max(...seen), cycle.underWay]).toEqual([2, 0]);
});
