import type { NodeResourcesBalancedAllocationArgs } from "@skates/api/kubescheduler/v1";
import type { SchedulerPlugin } from "../framework/plugin.ts";
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
    sign: ({ requests }) => counted.map((name) => amountOf(requests, name)),
    prepare: (pod) =>
      counted.every((name) => amountOf(pod.requests, name) === 0)
        ? undefined
        : { score: (node) => balance(pod, node, counted) },
  };
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
