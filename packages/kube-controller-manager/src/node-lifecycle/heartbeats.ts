import type { Lease } from "@skates/api/coordination/v1";
import type { Node } from "@skates/api/core/v1";
import { readyCondition } from "./taints.ts";

/**
 * When a sign of life of each node was first seen here. A node's own times are not compared with ours: clocks of machines differ, and
 * after a restart every node gets its full time again.
 */
export interface Heartbeats {
  /** When what node and lease say now was first seen; to be called at each look. By whichever clock `elapsedMs` is. */
  seenMs(node: Node, lease: Lease | undefined, elapsedMs: number): number;
  /** False until `seenMs` was asked for this very node. */
  knows(node: Node): boolean;
  /** The uid of the node of this name that was known. */
  forget(name: string): string | undefined;
}

interface Beat {
  readonly uid: string | undefined;
  /** Undefined: the node says nothing; what this controller wrote in its name does not count. */
  readonly posted: string | undefined;
  readonly renewed: string | undefined;
  readonly atMs: number;
}

/** Knows no node yet. */
export function createHeartbeats(): Heartbeats {
  const last = new Map<string, Beat>();
  return {
    seenMs(node, lease, elapsedMs) {
      const { name, uid } = node.metadata;
      const ready = readyCondition(node);
      const posted = ready?.reason === "NodeStatusUnknown" ? undefined : ready?.lastHeartbeatTime;
      const renewed = lease?.spec.renewTime;
      const known = last.get(name);
      const silent =
        known?.uid === uid && known?.renewed === renewed && (posted === undefined || known?.posted === posted);
      if (known !== undefined && silent) return known.atMs;
      last.set(name, { uid, posted, renewed, atMs: elapsedMs });
      return elapsedMs;
    },
    knows: ({ metadata: { name, uid } }) => last.get(name)?.uid === uid,
    forget: (name) => {
      const uid = last.get(name)?.uid;
      last.delete(name);
      return uid;
    },
  };
}
