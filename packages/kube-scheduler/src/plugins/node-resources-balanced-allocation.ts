import type { NodeResourcesBalancedAllocationArgs } from "@skates/api/kubescheduler/v1";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import { AMOUNT } from "../snapshot/node-amounts.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
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
              byRow: { score: (rows, at) => balanceInRow(pod, rows, at) },
            }
          : { score: (node) => balance(pod, node, counted) },
  };
}

function balanceOfTwo({ requests }: PodInfo, { requested, allocatable }: NodeInfo): number {
  const cpu = { of: allocatable.milliCpu, used: requested.milliCpu, more: requests.milliCpu };
  return balanced(cpu, { of: allocatable.memoryBytes, used: requested.memoryBytes, more: requests.memoryBytes });
}

function balanceInRow({ requests }: PodInfo, rows: Float64Array, at: number): number {
  const of = rows[at + AMOUNT.memory] ?? 0;
  const used = rows[at + AMOUNT.usedMemory] ?? 0;
  return balanced(
    { of: rows[at + AMOUNT.cpu] ?? 0, used: rows[at + AMOUNT.usedCpu] ?? 0, more: requests.milliCpu },
    { of, used, more: requests.memoryBytes },
  );
}

interface Use {
  readonly of: number;
  readonly used: number;
  readonly more: number;
}

/** `balance` for cpu and memory, as nearly everywhere, without lists. */
function balanced(cpu: Use, memory: Use): number {
  if (cpu.of === 0 || memory.of === 0) return 75;
  const before = Math.abs(Math.min(cpu.used / cpu.of, 1) - Math.min(memory.used / memory.of, 1)) / 2;
  const cpuAfter = Math.min((cpu.used + cpu.more) / cpu.of, 1);
  const after = Math.abs(cpuAfter - Math.min((memory.used + memory.more) / memory.of, 1)) / 2;
  return 50 + Math.trunc((50 + Math.trunc((1 - after) * 100) - Math.trunc((1 - before) * 100)) / 2);
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
