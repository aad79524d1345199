import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";

/** A node that could be cleared for a pod, and of whom. */
export interface Candidate {
  readonly node: NodeInfo;
  /** The most important first. */
  readonly victims: readonly PodInfo[];
  /** Victims whom a disruption budget protects. */
  readonly violations: number;
  /** How bad it would be, in upstream's order of what counts. */
  readonly harms: readonly number[];
}

/** The candidate with its harms. `victims`: the most important first. */
export function candidateOf(node: NodeInfo, victims: readonly PodInfo[], violations: number): Candidate {
  const highest = victims[0]?.priority ?? Number.NEGATIVE_INFINITY;
  let priorities = 0;
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const victim of victims) {
    priorities += victim.priority + PRIORITY_OFFSET;
    if (victim.priority === highest) earliestMs = Math.min(earliestMs, startMs(victim));
  }
  // The later the most important victims began, the less is lost.
  return { node, victims, violations, harms: [violations, highest, priorities, victims.length, -earliestMs] };
}

/** True if clearing `a` does less harm. */
export function lessHarm(a: Candidate, b: Candidate): boolean {
  return isLess(a.harms, b.harms);
}

/** The node to be cleared: where the least harm is done; the first among equals. */
export function leastHarm(candidates: readonly Candidate[]): Candidate | undefined {
  let best: Candidate | undefined;
  for (const candidate of candidates) if (best === undefined || lessHarm(candidate, best)) best = candidate;
  return best;
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  for (const [i, harm] of a.entries()) {
    const other = b[i] ?? 0;
    if (harm !== other) return harm < other;
  }
  return false;
}

/** Keeps sums of priorities positive, so that more victims of low priority are not better than fewer. */
const PRIORITY_OFFSET = 2 ** 31;

/** More important first: the higher priority, then who runs longer. */
export function byImportance(a: PodInfo, b: PodInfo): number {
  return a.priority !== b.priority ? b.priority - a.priority : startMs(a) - startMs(b);
}

function startMs({ pod }: PodInfo): number {
  const { startTime } = pod.status ?? {};
  return startTime === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(startTime);
}
