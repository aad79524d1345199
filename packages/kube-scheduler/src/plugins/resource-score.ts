import type { ScoringStrategy, UtilizationShapePoint } from "@skates/api/kubescheduler/v1";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { amountOf, isScalar } from "../snapshot/resources.ts";

/** Of a resource: what would be used with the pod, and what there is, above zero. */
type ScoreOne = (used: number, of: number) => number;

/** How much a node is preferred by what would be used of it, 0 to 100. */
export function resourceScore(strategy: ScoringStrategy = {}): (pod: PodInfo, node: NodeInfo) => number {
  const { type = "LeastAllocated", resources = [], requestedToCapacityRatio } = strategy;
  const counted = resources.length === 0 ? DEFAULT_RESOURCES : resources;
  const weighted = counted.map(({ name, weight }) => ({ name, weight: Number(weight ?? 1), scalar: isScalar(name) }));
  const byShape = type === "RequestedToCapacityRatio";
  const one = byShape ? ratioOf(requestedToCapacityRatio?.shape ?? []) : type === "MostAllocated" ? most : least;
  return (pod, node) => {
    let sum = 0;
    let weights = 0;
    for (const { name, weight, scalar } of weighted) {
      const of = amountOf(node.allocatable, name);
      if (of === 0) continue;
      const wanted = amountOf(pod.scored, name);
      if (scalar && wanted === 0) continue;
      const score = one(amountOf(node.scored, name) + wanted, of);
      if (byShape && score <= 0) continue;
      sum += score * weight;
      weights += weight;
    }
    if (weights === 0) return 0;
    return byShape ? Math.round(sum / weights) : Math.trunc(sum / weights);
  };
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
