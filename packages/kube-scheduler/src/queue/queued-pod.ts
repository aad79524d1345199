import type { ClusterEvent } from "../framework/cluster-event.ts";
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
  /** What happened while it was in flight, which no failure of this attempt could know of; "many": more than is kept. */
  missed: ClusterEvent[] | "many";
  /** It was last tried again because it had waited for too long, not because something happened. */
  flushed: boolean;
  /** Raised by each move, so that what heaps still hold of it counts no longer. */
  ticket: number;
}

/** What a heap holds: the pod as it was put there. */
export interface Ticketed {
  readonly entry: QueuedPod;
  readonly ticket: number;
}
