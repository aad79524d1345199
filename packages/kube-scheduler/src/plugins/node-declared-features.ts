import { podFeatures } from "@skates/api/core/v1";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import { unresolvable } from "../framework/verdict.ts";

/** Keeps pods from nodes whose kubelets do not say that they have the features which the pods use. */
export const nodeDeclaredFeatures: SchedulerPlugin = {
  name: "NodeDeclaredFeatures",
  judges: ["filter"],
  wakes: [
    {
      on: ["NodeAdded", "NodeFeaturesChanged"],
      helps: ({ pod }, event) => {
        const declared = "node" in event ? (event.node.status?.declaredFeatures ?? []) : [];
        return !("node" in event) || podFeatures(pod.spec).every((feature) => declared.includes(feature));
      },
    },
  ],
  sign: ({ pod }) => podFeatures(pod.spec),
  prepare({ pod }) {
    const used = podFeatures(pod.spec);
    if (used.length === 0) return undefined;
    return {
      filter: ({ node }) => {
        const declared = node.status?.declaredFeatures ?? [];
        const missing = used.filter((feature) => !declared.includes(feature));
        if (missing.length === 0) return undefined;
        return unresolvable(`node declared features check failed - unsatisfied requirements: ${missing.join(", ")}`);
      },
    };
  },
};
