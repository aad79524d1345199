import type { NodeInfo } from "../snapshot/node-info.ts";
import type { SchedulerPlugin } from "./plugin.ts";
import type { Rejections } from "./rejections.ts";
import type { Rejection } from "./verdict.ts";

/** Where a pod shall go, or why it can go nowhere. */
export type Decision =
  | {
      readonly node: NodeInfo;
      /** Nodes that would have done. */
      readonly feasible: number;
    }
  | { readonly failure: Failure };

/** Why no node will do. */
export interface Failure {
  readonly nodeCount: number;
  /** The plugins that had a part in it. Empty: there are no nodes. */
  readonly plugins: ReadonlySet<SchedulerPlugin>;
  /** A plugin rejected the pod without looking at single nodes. */
  readonly outright?: Rejection | undefined;
  /** Of the nodes that were looked at. */
  readonly rejections: Rejections;
  /** Why all others were not looked at. */
  readonly absent?: Rejection | undefined;
}

/** Upstream's text for events and the `PodScheduled` condition. `postFilter` tells what came of trying to make room. */
export function failureMessage(failure: Failure, postFilter = ""): string {
  if (failure.nodeCount === 0) return "no nodes available to schedule pods";
  const tail = postFilter === "" ? "" : ` ${postFilter}`;
  if (failure.outright !== undefined) {
    return `0/${failure.nodeCount} nodes are available: ${failure.outright.reasons.join(", ")}.${tail}`;
  }
  return `${countedReasons(failure.nodeCount, failure)}${tail}`;
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 Too many pods.` */
export function countedReasons(
  nodeCount: number,
  of: Pick<Failure, "absent"> & { readonly rejections: Pick<Rejections, "counts" | "size"> },
): string {
  const counts = new Map<string, number>();
  const count = (reason: string, nodes: number): void => void counts.set(reason, (counts.get(reason) ?? 0) + nodes);
  for (const [{ reasons }, nodes] of of.rejections.counts) for (const reason of reasons) count(reason, nodes);
  const others = nodeCount - of.rejections.size;
  if (others > 0) for (const reason of of.absent?.reasons ?? []) count(reason, others);
  const texts = [...counts].map(([reason, nodes]) => `${nodes} ${reason}`).sort();
  return `0/${nodeCount} nodes are available:${texts.length === 0 ? "" : ` ${texts.join(", ")}.`}`;
}
