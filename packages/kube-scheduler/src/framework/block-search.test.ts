// What is said of a box of rows must hold for every row in it, or the best node would be missed: random boxes, rows and pods.
import { pick, type Random, seededRandom } from "@skates/component-base";
import { expect, it } from "vitest";
import { nodeResourcesBalancedAllocation } from "../plugins/node-resources-balanced-allocation.ts";
import { nodeResourcesFit } from "../plugins/node-resources-fit.ts";
import { Cluster } from "../snapshot/cluster.ts";
import { AMOUNT, AMOUNTS } from "../snapshot/node-amounts.ts";
import { podInfoOf } from "../snapshot/pod-info.ts";
import { emptyBox, include } from "../snapshot/row-box.ts";
import { testPod } from "../testing/objects.ts";
import { isRejection, type RowJudge } from "./plugin.ts";

/** Nodes that are alike to a degree: by `spread` hundredths. Some are filled beyond what they offer, some offer nothing. */
function randomRow(random: Random, spread: number): Float64Array {
  const near = (middle: number): number => Math.round(middle * (1 + (pick(random, 2 * spread + 1) - spread) / 100));
  const row = new Float64Array(AMOUNTS);
  const cpu = pick(random, 30) === 0 ? 0 : near(4000);
  const memory = pick(random, 30) === 0 ? 0 : near(2 ** 33);
  const usedCpu = near(2500);
  const usedMemory = near(2 ** 32);
  row[AMOUNT.cpu] = cpu;
  row[AMOUNT.memory] = memory;
  row[AMOUNT.freeCpu] = cpu - usedCpu;
  row[AMOUNT.freeMemory] = memory - usedMemory;
  row[AMOUNT.freeEphemeral] = near(1000);
  row[AMOUNT.scoredCpu] = cpu - usedCpu - near(100);
  row[AMOUNT.scoredMemory] = memory - usedMemory - near(2 ** 27);
  row[AMOUNT.pods] = pick(random, 3);
  return row;
}

function judgesOf(random: Random): readonly RowJudge[] {
  const cpu = pick(random, 4) === 0 ? {} : { cpu: `${pick(random, 3000)}m` };
  const memory = pick(random, 4) === 0 ? {} : { memory: `${pick(random, 6000)}Mi` };
  const pod = podInfoOf(testPod("p", { requests: { ...cpu, ...memory } }));
  return [nodeResourcesFit(), nodeResourcesBalancedAllocation()].flatMap((plugin) => {
    const judge = plugin.prepare?.(pod, new Cluster());
    return judge === undefined || isRejection(judge) || judge.byRow === undefined ? [] : [judge.byRow];
  });
}

it.each([0, 1, 5, 20, 60])("holds for each row, with rows that differ by %i hundredths", (spread) => {
  const random = seededRandom(spread);
  let tight = 0;
  for (let round = 0; round < 400; round++) {
    const rows = Array.from({ length: 6 }, () => randomRow(random, spread));
    const box = emptyBox(AMOUNTS);
    for (const row of rows) include(box, row, 0);
    for (const judge of judgesOf(random)) {
      const most = judge.scoreAtMost?.(box) ?? Number.NaN;
      const scores = rows.map((row) => judge.score?.(row, 0) ?? Number.NaN);
      expect(most).toBeGreaterThanOrEqual(Math.max(...scores));
      if (most <= Math.max(...scores) + 1) tight++;
      for (const row of rows) {
        const passes = judge.passes?.(row, 0) ?? true;
        if (judge.passes?.(box.low, 0) === true) expect(passes).toBe(true);
        if (judge.passes?.(box.high, 0) === false) expect(passes).toBe(false);
      }
    }
  }
  // A bound that is always 100 would hold as well.
  if (spread <= 1) expect(tight).toBeGreaterThan(200);
});
