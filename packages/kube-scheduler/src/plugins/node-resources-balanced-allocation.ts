import type { NodeResourcesBalancedAllocationArgs } from "@skates/api/kubescheduler/v1";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import { AMOUNT } from "../snapshot/node-amounts.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import type { RowBox } from "../snapshot/row-box.ts";
import { amountOf, isScalar } from "../snapshot/resources.ts";

/** Prefers nodes whose resources the pod would bring into balance. */
export function nodeResourcesBalancedAllocation(
  args: Partial<NodeResourcesBalancedAllocationArgs> = {},
): SchedulerPlugin {
  const names = (args.resources ?? []).map(({ name }) => name);
  const counted = names.length === 0 ? ["cpu", "memory"] : names;
  return {
    name: "NodeResourcesBalancedAllocation",
    judges: ["score"],
    wakes: [],
    quick: true,
    sign: ({ requests }) => counted.map((name) => amountOf(requests, name)),
    prepare: (pod) =>
      counted.every((name) => amountOf(pod.requests, name) === 0)
        ? undefined
        : names.length === 0
          ? {
              score: (node) => balanceOfTwo(pod, node),
              byRow: {
                score: (rows, at) => balanceInRow(pod, rows, at),
                scoreAtMost: (box) => balanceAtMost(pod, box),
              },
            }
          : { score: (node) => balance(pod, node, counted) },
  };
}

/** `balance` for cpu and memory, as nearly everywhere, without lists. */
function balanceOfTwo({ requests }: PodInfo, { requested, allocatable }: NodeInfo): number {
  const { milliCpu: cpu, memoryBytes: memory } = allocatable;
  if (cpu === 0 || memory === 0) return NEITHER;
  const before = share(requested.milliCpu, cpu) - share(requested.memoryBytes, memory);
  const cpuAfter = share(requested.milliCpu + requests.milliCpu, cpu);
  return gained(before, cpuAfter - share(requested.memoryBytes + requests.memoryBytes, memory));
}

/** The same for a row of amounts. */
function balanceInRow({ requests }: PodInfo, rows: Float64Array, at: number): number {
  const cpu = rows[at + AMOUNT.cpu] ?? 0;
  const memory = rows[at + AMOUNT.memory] ?? 0;
  if (cpu === 0 || memory === 0) return NEITHER;
  const usedCpu = cpu - (rows[at + AMOUNT.freeCpu] ?? 0);
  const usedMemory = memory - (rows[at + AMOUNT.freeMemory] ?? 0);
  const before = share(usedCpu, cpu) - share(usedMemory, memory);
  return gained(before, share(usedCpu + requests.milliCpu, cpu) - share(usedMemory + requests.memoryBytes, memory));
}

/** What nodes get whose balance does not change. */
const NEITHER = 75;

function share(used: number, of: number): number {
  return Math.min(used / of, 1);
}

/** By how far the shares of both are apart before and after. */
function gained(before: number, after: number): number {
  const gain = Math.trunc((1 - Math.abs(after) / 2) * 100) - Math.trunc((1 - Math.abs(before) / 2) * 100);
  return 50 + Math.trunc((50 + gain) / 2);
}

/**
 * What `balanceInRow` can come to in a box. With d for how far the shares are apart and s for what the pod adds to that, the gain is
 * (|d| - |d + s|) / 2: for the best s it rises with |d|, so that it is largest at one end of what d can be.
 */
function balanceAtMost({ requests }: PodInfo, { low, high }: RowBox): number {
  const cpuMin = low[AMOUNT.cpu] ?? 0;
  const cpuMax = high[AMOUNT.cpu] ?? 0;
  const memoryMin = low[AMOUNT.memory] ?? 0;
  const memoryMax = high[AMOUNT.memory] ?? 0;
  if (cpuMin === 0 || memoryMin === 0) return 100;
  const cpuLeast = usedAtLeast(high[AMOUNT.freeCpu] ?? 0, cpuMin);
  const cpuMost = usedAtMost(low[AMOUNT.freeCpu] ?? 0, cpuMin, cpuMax);
  const memoryLeast = usedAtLeast(high[AMOUNT.freeMemory] ?? 0, memoryMin);
  const memoryMost = usedAtMost(low[AMOUNT.freeMemory] ?? 0, memoryMin, memoryMax);
  // A share does not rise above 1, so that the pod may add less than it asks for.
  const cpuAdds = requests.milliCpu / cpuMin;
  const memoryAdds = requests.memoryBytes / memoryMin;
  const addedMin = (cpuMost + cpuAdds > 1 ? 0 : requests.milliCpu / cpuMax) - memoryAdds;
  const addedMax = cpuAdds - (memoryMost + memoryAdds > 1 ? 0 : requests.memoryBytes / memoryMax);
  const least = cpuLeast - memoryMost;
  const most = cpuMost - memoryLeast;
  const gain = Math.max(
    Math.abs(least) - Math.max(0, least + addedMin, -least - addedMax),
    Math.abs(most) - Math.max(0, most + addedMin, -most - addedMax),
  );
  // Both sides of a difference are cut off to whole hundredths.
  return Math.min(50 + Math.floor((50 + Math.ceil(gain * 50 + ROUNDING)) / 2), 100);
}

const ROUNDING = 1e-6;

function usedAtLeast(freeMost: number, offeredLeast: number): number {
  return Math.min(1 - freeMost / offeredLeast, 1);
}

/** Where more is used than there is, `freeLeast` is below zero. */
function usedAtMost(freeLeast: number, offeredLeast: number, offeredMost: number): number {
  return Math.min(1 - freeLeast / (freeLeast < 0 ? offeredLeast : offeredMost), 1);
}

/** How much better the balance gets by the pod: 50 and more where it does, less where it gets worse. */
function balance({ requests }: PodInfo, { requested, allocatable }: NodeInfo, names: readonly string[]): number {
  const without: number[] = [];
  const having: number[] = [];
  for (const name of names) {
    const of = amountOf(allocatable, name);
    const wanted = amountOf(requests, name);
    if (of === 0 || (isScalar(name) && wanted === 0)) continue;
    const used = amountOf(requested, name);
    without.push(Math.min(used / of, 1));
    having.push(Math.min((used + wanted) / of, 1));
  }
  return 50 + Math.trunc((50 + evenness(having) - evenness(without)) / 2);
}

/** 100 less the standard deviation in hundredths. */
function evenness(fractions: readonly number[]): number {
  return Math.trunc((1 - deviation(fractions)) * 100);
}

function deviation(fractions: readonly number[]): number {
  const [first = 0, second = 0] = fractions;
  if (fractions.length < 2) return 0;
  if (fractions.length === 2) return Math.abs(first - second) / 2;
  const mean = fractions.reduce((sum, one) => sum + one, 0) / fractions.length;
  return Math.sqrt(fractions.reduce((sum, one) => sum + (one - mean) ** 2, 0) / fractions.length);
}
