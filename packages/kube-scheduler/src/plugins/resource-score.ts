import type { ScoringStrategy, UtilizationShapePoint } from "@skates/api/kubescheduler/v1";
import type { RowJudge } from "../framework/plugin.ts";
import { AMOUNT } from "../snapshot/node-amounts.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { amountOf, isScalar } from "../snapshot/resources.ts";

/** Of a resource: what would be used with the pod, and what there is, above zero. */
type ScoreOne = (used: number, of: number) => number;

/** How much nodes are preferred by what would be used of them, 0 to 100. */
export interface ResourceScore {
  of(pod: PodInfo, node: NodeInfo): number;
  /** The same for rows of amounts, where those tell enough. */
  byRow?(pod: PodInfo): Required<Pick<RowJudge, "score" | "scoreAtMost">>;
}

/** The score that a strategy says. */
export function resourceScore(strategy: ScoringStrategy = {}): ResourceScore {
  const { type = "LeastAllocated", resources = [], requestedToCapacityRatio } = strategy;
  const counted = resources.length === 0 ? DEFAULT_RESOURCES : resources;
  const weighted = counted.map(({ name, weight }) => ({ name, weight: Number(weight ?? 1), scalar: isScalar(name) }));
  const byShape = type === "RequestedToCapacityRatio";
  const one = byShape ? ratioOf(requestedToCapacityRatio?.shape ?? []) : type === "MostAllocated" ? most : least;
  if (type === "LeastAllocated" && isDefault(weighted)) return { of: leastOfTwo, byRow: leastByRow };
  const of = (pod: PodInfo, node: NodeInfo): number => {
    let sum = 0;
    let weights = 0;
    for (const { name, weight, scalar } of weighted) {
      const offered = amountOf(node.allocatable, name);
      if (offered === 0) continue;
      const wanted = amountOf(pod.scored, name);
      if (scalar && wanted === 0) continue;
      const score = one(amountOf(node.scored, name) + wanted, offered);
      if (byShape && score <= 0) continue;
      sum += score * weight;
      weights += weight;
    }
    if (weights === 0) return 0;
    return byShape ? Math.round(sum / weights) : Math.trunc(sum / weights);
  };
  return { of };
}

function isDefault(weighted: readonly { readonly name: string; readonly weight: number }[]): boolean {
  const [cpu, memory] = weighted;
  return weighted.length === 2 && cpu?.name === "cpu" && memory?.name === "memory" && cpu.weight === memory.weight;
}

/** The mean of what would stay free of cpu and of memory, as nearly everywhere, without lists. */
function leastOfTwo({ scored }: PodInfo, { allocatable, scored: used }: NodeInfo): number {
  const { milliCpu: cpu, memoryBytes: memory } = allocatable;
  const ofCpu = free(cpu - used.milliCpu - scored.milliCpu, cpu);
  return meanOfOffered(ofCpu, free(memory - used.memoryBytes - scored.memoryBytes, memory));
}

function leastByRow({ scored }: PodInfo): Required<Pick<RowJudge, "score" | "scoreAtMost">> {
  const { milliCpu, memoryBytes } = scored;
  return {
    score(rows, at) {
      const ofCpu = free((rows[at + AMOUNT.scoredCpu] ?? 0) - milliCpu, rows[at + AMOUNT.cpu] ?? 0);
      return meanOfOffered(
        ofCpu,
        free((rows[at + AMOUNT.scoredMemory] ?? 0) - memoryBytes, rows[at + AMOUNT.memory] ?? 0),
      );
    },
    // The more is free of the less, the better. What is not offered does not count, so that it says nothing of other nodes.
    scoreAtMost({ low, high }) {
      const ofCpu = free((high[AMOUNT.scoredCpu] ?? 0) - milliCpu, low[AMOUNT.cpu] ?? 0);
      const ofMemory = free((high[AMOUNT.scoredMemory] ?? 0) - memoryBytes, low[AMOUNT.memory] ?? 0);
      return ofCpu < 0 || ofMemory < 0 ? 100 : Math.min(meanOfOffered(ofCpu, ofMemory), 100);
    },
  };
}

/** In hundredths; -1: the node offers none. */
function free(left: number, of: number): number {
  if (of === 0) return -1;
  return left < 0 ? 0 : Math.trunc((left * 100) / of);
}

function meanOfOffered(a: number, b: number): number {
  return a < 0 || b < 0 ? Math.max(a, b, 0) : Math.trunc((a + b) / 2);
}

const DEFAULT_RESOURCES = [
  { name: "cpu", weight: 1 },
  { name: "memory", weight: 1 },
];

function least(used: number, of: number): number {
  return used > of ? 0 : Math.trunc(((of - used) * 100) / of);
}

function most(used: number, of: number): number {
  return Math.trunc((Math.min(used, of) * 100) / of);
}

/** By a line through points; what is beyond the last one is worth as much as it. */
function ratioOf(shape: readonly UtilizationShapePoint[]): ScoreOne {
  const points = shape.map(({ utilization = 0, score = 0 }) => ({ at: utilization, score: score * 10 }));
  return (used, of) => {
    const at = used > of ? 100 : Math.trunc((used * 100) / of);
    let before: (typeof points)[number] | undefined;
    for (const point of points) {
      if (at <= point.at) {
        if (before === undefined) return point.score;
        const rise = Math.trunc(((point.score - before.score) * (at - before.at)) / (point.at - before.at));
        return before.score + rise;
      }
      before = point;
    }
    return before?.score ?? 0;
  };
}
