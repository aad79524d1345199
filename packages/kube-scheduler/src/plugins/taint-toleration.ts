import { type Taint, toleratesTaint, untoleratedTaint } from "@skates/api/core/v1";
import { normalizeToMax, type SchedulerPlugin } from "../framework/plugin.ts";
import { unresolvable } from "../framework/verdict.ts";

const REJECTION = unresolvable("node(s) had untolerated taint(s)");

/** Keeps pods from tainted nodes that they do not tolerate, and prefers nodes without `PreferNoSchedule` taints. */
export const taintToleration: SchedulerPlugin = {
  name: "TaintToleration",
  weight: 3,
  wakes: [
    {
      on: ["NodeAdded", "NodeTaintsChanged"],
      helps: ({ pod }, event) =>
        !("node" in event) || untoleratedTaint(event.node.spec.taints, pod.spec.tolerations, repels) === undefined,
    },
  ],
  sign: ({ pod }) => pod.spec.tolerations,
  prepare({ pod }) {
    const { tolerations = [] } = pod.spec;
    const soft = tolerations.filter(({ effect }) => effect === undefined || effect === "PreferNoSchedule");
    return {
      filter: ({ node }) => {
        const { taints } = node.spec;
        return taints === undefined || untoleratedTaint(taints, tolerations, repels) === undefined
          ? undefined
          : REJECTION;
      },
      score: ({ node }) => {
        let count = 0;
        for (const taint of node.spec.taints ?? []) {
          if (taint.effect === "PreferNoSchedule" && !soft.some((t) => toleratesTaint(t, taint))) count++;
        }
        return count;
      },
      normalize: (scores) => normalizeToMax(scores, true),
    };
  },
};

function repels(taint: Taint): boolean {
  return taint.effect === "NoSchedule" || taint.effect === "NoExecute";
}
