import type { SchedulerPlugin } from "../framework/plugin.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";

/** `inFlight`: taken, and neither bound nor given back yet. */
export type Pool = "active" | "backoff" | "gated" | "inFlight" | "unschedulable";

/** A pod that waits to be scheduled, or is being scheduled. Belongs to the queue. */
export interface QueuedPod {
  info: PodInfo;
  pool: Pool;
  /** How often it was taken. */
  attempts: number;
  /** When it came to the queue for the first time. */
  readonly firstMs: number;
  /** When it came or was last given back. */
  sinceMs: number;
  /** When it was taken first. */
  firstTakenMs: number | undefined;
  /** Not to be taken before, if it is in backoff. */
  backoffUntilMs: number;
  /** Who rejected it last. Empty in the backoff pool: it failed by an error. */
  rejectedBy: ReadonlySet<SchedulerPlugin>;
  /** Raised by each move, so that what heaps still hold of it counts no longer. */
  ticket: number;
}

/** What a heap holds: the pod as it was put there. */
export interface Ticketed {
  readonly entry: QueuedPod;
  readonly ticket: number;
}

/** Higher priority first, then who has waited longer. */
export function activeBefore(a: Ticketed, b: Ticketed): boolean {
  const byPriority = b.entry.info.priority - a.entry.info.priority;
  if (byPriority !== 0) return byPriority < 0;
  const byTime = a.entry.sinceMs - b.entry.sinceMs;
  return byTime !== 0 ? byTime < 0 : a.ticket < b.ticket;
}

/** Whose backoff ends first; within the same second in the order of the active pool. */
export function backoffBefore(a: Ticketed, b: Ticketed): boolean {
  const byWindow = a.entry.backoffUntilMs - b.entry.backoffUntilMs;
  return byWindow !== 0 ? byWindow < 0 : activeBefore(a, b);
}
