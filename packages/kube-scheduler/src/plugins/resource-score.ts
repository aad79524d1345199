import type { ScoringStrategy, UtilizationShapePoint } from "@skates/api/kubescheduler/v1";
import { AMOUNT } from "../snapshot/node-amounts.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { amountOf, isScalar } from "../snapshot/resources.ts";

/** Of a resource: what would be used with the pod, and what there is, above zero. */
type ScoreOne = (used: number, of: number) => number;

/** How much nodes are preferred by what would be used of them, 0 to 100. */
export interface ResourceScore {
  of(pod: PodInfo, node: NodeInfo): number;
  /** The same for a row of amounts, where those tell enough. */
  inRow?(pod: PodInfo, rows: Float64Array, at: number): number;
}

/** The score that a strategy says. */
export function resourceScore(strategy: ScoringStrategy = {}): ResourceScore {
  const { type = "LeastAllocated", resources = [], requestedToCapacityRatio } = strategy;
  const counted = resources.length === 0 ? DEFAULT_RESOURCES : resources;
  const weighted = counted.map(({ name, weight }) => ({ name, weight: Number(weight ?? 1), scalar: isScalar(name) }));
  const byShape = type === "RequestedToCapacityRatio";
  const one = byShape ? ratioOf(requestedToCapacityRatio?.shape ?? []) : type === "MostAllocated" ? most : least;
  if (type === "LeastAllocated" && isDefault(weighted)) return { of: leastOfTwo, inRow: leastInRow };
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

function leastOfTwo({ scored }: PodInfo, { allocatable, scored: used }: NodeInfo): number {
  return meanFree({
    cpu: allocatable.milliCpu,
    usedCpu: used.milliCpu + scored.milliCpu,
    memory: allocatable.memoryBytes,
    usedMemory: used.memoryBytes + scored.memoryBytes,
  });
}

function leastInRow({ scored }: PodInfo, rows: Float64Array, at: number): number {
  return meanFree({
    cpu: rows[at + AMOUNT.cpu] ?? 0,
    usedCpu: (rows[at + AMOUNT.scoredCpu] ?? 0) + scored.milliCpu,
    memory: rows[at + AMOUNT.memory] ?? 0,
    usedMemory: (rows[at + AMOUNT.scoredMemory] ?? 0) + scored.memoryBytes,
  });
}

interface CpuAndMemory {
  readonly cpu: number;
  readonly usedCpu: number;
  readonly memory: number;
  readonly usedMemory: number;
}

/** The mean of what would stay free of cpu and of memory, as nearly everywhere, without lists. */
function meanFree({ cpu, usedCpu, memory, usedMemory }: CpuAndMemory): number {
  if (cpu === 0) return memory === 0 ? 0 : least(usedMemory, memory);
  const ofCpu = least(usedCpu, cpu);
  return memory === 0 ? ofCpu : Math.trunc((ofCpu + least(usedMemory, memory)) / 2);
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
