import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";

/** A node that could be cleared for a pod, and of whom. */
export interface Candidate {
  readonly node: NodeInfo;
  /** The most important first. */
  readonly victims: readonly PodInfo[];
  /** Victims whom a disruption budget protects. */
  readonly violations: number;
}

/** The node to be cleared: where the least harm is done, in upstream's order of what counts. */
export function leastHarm(candidates: readonly Candidate[]): Candidate | undefined {
  let left = candidates;
  for (const harm of HARMS) {
    const least = Math.min(...left.map(harm));
    left = left.filter((candidate) => harm(candidate) === least);
    if (left.length <= 1) break;
  }
  return left[0];
}

/** Keeps sums of priorities positive, so that more victims of low priority are not better than fewer. */
const PRIORITY_OFFSET = 2 ** 31;

const HARMS: readonly ((candidate: Candidate) => number)[] = [
  ({ violations }) => violations,
  ({ victims }) => victims[0]?.priority ?? Number.NEGATIVE_INFINITY,
  ({ victims }) => victims.reduce((sum, { priority }) => sum + priority + PRIORITY_OFFSET, 0),
  ({ victims }) => victims.length,
  // The later the most important victims began, the less is lost.
  ({ victims }) => {
    const highest = victims[0]?.priority;
    return -Math.min(...victims.filter(({ priority }) => priority === highest).map(startMs));
  },
];

/** More important first: the higher priority, then who runs longer. */
export function byImportance(a: PodInfo, b: PodInfo): number {
  return a.priority !== b.priority ? b.priority - a.priority : startMs(a) - startMs(b);
}

function startMs({ pod }: PodInfo): number {
  const { startTime } = pod.status ?? {};
  return startTime === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(startTime);
}
