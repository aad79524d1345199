import { type SchedulerPlugin, unresolvable } from "@skates/kube-scheduler";

const RACK = "example.com/rack";

/** Keeps pods that name a rack to the nodes of that rack, and prefers those that run least. */
export const racks: SchedulerPlugin = {
  name: "Racks",
  // A pod that fits nowhere is tried again when one of these may have changed that.
  wakes: [{ on: ["NodeAdded", "NodeLabelsChanged"] }],
  // All that is read of a pod: pods that are alike in it are decided from the same answers.
  sign: ({ pod }) => pod.metadata.annotations?.[RACK] ?? "",
  prepare({ pod }) {
    const wanted = pod.metadata.annotations?.[RACK];
    if (wanted === undefined) return undefined;
    return {
      filter: ({ node }) =>
        node.metadata.labels?.[RACK] === wanted ? undefined : unresolvable(`node(s) are not in rack ${wanted}`),
      score: ({ pods }) => Math.max(0, 100 - pods.size),
    };
  },
};
