import type { SchedulerPlugin } from "../framework/plugin.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";

/** Prefers nodes whose cpu and memory the pod would bring into balance. */
export const nodeResourcesBalancedAllocation: SchedulerPlugin = {
  name: "NodeResourcesBalancedAllocation",
  wakes: [],
  sign: ({ requests }) => [requests.milliCpu, requests.memoryBytes],
  prepare(pod) {
    const { milliCpu, memoryBytes } = pod.requests;
    return milliCpu === 0 && memoryBytes === 0 ? undefined : { score: (node) => balance(pod, node) };
  },
};

/** How much better the balance gets by the pod: 50 and more where it does, less where it gets worse. */
function balance({ requests }: PodInfo, { requested, allocatable }: NodeInfo): number {
  const without = evenness(
    fraction(requested.milliCpu, allocatable.milliCpu),
    fraction(requested.memoryBytes, allocatable.memoryBytes),
  );
  const having = evenness(
    fraction(requested.milliCpu + requests.milliCpu, allocatable.milliCpu),
    fraction(requested.memoryBytes + requests.memoryBytes, allocatable.memoryBytes),
  );
  return 50 + Math.trunc((50 + having - without) / 2);
}

/** NaN where the node offers none. */
function fraction(used: number, of: number): number {
  return of === 0 ? Number.NaN : Math.min(used / of, 1);
}

/** 100 less the standard deviation in hundredths. */
function evenness(cpu: number, memory: number): number {
  const deviation = Math.abs(cpu - memory) / 2;
  return Number.isNaN(deviation) ? 100 : Math.trunc((1 - deviation) * 100);
}
