import type { Pod } from "@skates/api/core/v1";
import { podRequest } from "../admission/pod-request.ts";
import type { Scarce } from "./thresholds.ts";

/** What a pod takes of something: in all, and its containers by name, as far as it can be told apart. */
export interface PodUse {
  readonly total: number;
  readonly containers: ReadonlyMap<string, number>;
}

/**
 * Pods in the order in which they go when the node is short of something: those of which nothing is known, then those that take more
 * than they asked for, of these the less important first, then those that are furthest above. Nobody asks for processes: there it
 * goes by importance alone, then by how many they are. `uses` is by uid.
 */
export function evictionOrder(scarce: Scarce, pods: readonly Pod[], uses: ReadonlyMap<string, PodUse>): readonly Pod[] {
  const ranked = pods.map((pod) => {
    const used = uses.get(pod.metadata.uid ?? "")?.total;
    const asked = scarce === "memory" || scarce === "ephemeral-storage" ? podRequest(pod, scarce) : 0;
    const excess = (used ?? 0) - asked;
    const group = scarce === "pids" ? 0 : used === undefined ? 0 : excess > 0 ? 1 : 2;
    return { pod, group, excess, priority: pod.spec.priority ?? 0 };
  });
  const sorted = ranked.toSorted((a, b) => a.group - b.group || a.priority - b.priority || b.excess - a.excess);
  return sorted.map(({ pod }) => pod);
}
