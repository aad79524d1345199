import type { PodInfo } from "../snapshot/pod-info.ts";

/** What is done for a pod that fits nowhere. */
export interface PostFilterPlan {
  /** What came of it, for the pod's event and condition. */
  readonly message?: string | undefined;
  /** The node that will have room for the pod; "": an earlier nomination is void; undefined: it stays as it is. */
  readonly nominatedNode?: string | undefined;
  /** Pods whose nomination for the same node is void, for they are less important. */
  readonly displaced?: readonly PodInfo[] | undefined;
  /** Who has to go, and how many of them a disruption budget protects; for extenders, which may refuse. */
  readonly victims?: readonly PodInfo[] | undefined;
  readonly violations?: number | undefined;
  /** Makes the room; the scheduler goes on meanwhile. A failure wakes the pod. */
  readonly act?: ((signal: AbortSignal) => Promise<void>) | undefined;
}
