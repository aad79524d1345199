import type { PodInfo } from "../snapshot/pod-info.ts";
import type { Candidate } from "./candidate.ts";

/** What is done for a pod that fits nowhere. */
export interface PostFilterPlan {
  /** What came of it, for the pod's event and condition. */
  readonly message?: string | undefined;
  /**
   * The node that will have room for the pod: then no further plugin is asked; "": an earlier nomination is void; undefined: it stays as it
   * is.
   */
  readonly nominatedNode?: string | undefined;
  /** No further plugin is asked. */
  readonly last?: boolean | undefined;
  /** Pods whose nomination for the same node is void, for they are less important. */
  readonly displaced?: readonly PodInfo[] | undefined;
  /** Makes the room; the scheduler goes on meanwhile. A failure wakes the pod. */
  readonly act?: ((signal: AbortSignal) => Promise<void>) | undefined;
  /** What the plan was chosen from, for extenders, which may refuse nodes and spare pods. */
  readonly choice?: PreemptionChoice | undefined;
}

/** Nodes that could be cleared. */
export interface PreemptionChoice {
  candidates(): readonly Candidate[];
  /** The plan for the best of these. */
  plan(candidates: readonly Candidate[]): PostFilterPlan;
}

/** True if the plan makes room on a node. */
export function makesRoom({ nominatedNode = "" }: PostFilterPlan): boolean {
  return nominatedNode !== "";
}

/** What all plugins that found no node have to say and do. */
export function together(plans: readonly PostFilterPlan[]): PostFilterPlan | undefined {
  const [first] = plans;
  if (first === undefined || plans.length === 1) return first;
  const messages = plans.flatMap(({ message = "" }) => (message === "" ? [] : [message]));
  const acts = plans.flatMap(({ act }) => (act === undefined ? [] : [act]));
  const nominated = plans.find(({ nominatedNode }) => nominatedNode !== undefined)?.nominatedNode;
  const act = async (signal: AbortSignal): Promise<void> => {
    for (const one of acts) await one(signal);
  };
  return {
    message: messages.join(", "),
    ...(nominated === undefined ? {} : { nominatedNode: nominated }),
    ...(acts.length === 0 ? {} : { act }),
  };
}
