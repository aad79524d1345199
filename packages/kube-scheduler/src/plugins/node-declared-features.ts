import type { PodSpec } from "@skates/api/core/v1";
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
        return !("node" in event) || usedFeatures(pod.spec).every((feature) => declared.includes(feature));
      },
    },
  ],
  sign: ({ pod }) => usedFeatures(pod.spec),
  prepare({ pod }) {
    const used = usedFeatures(pod.spec);
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

/** Features that a kubelet must have to run the pod, of those that kubelets declare. */
function usedFeatures(spec: PodSpec): readonly string[] {
  const restartsAll = [...spec.containers, ...(spec.initContainers ?? [])].some(({ restartPolicyRules = [] }) =>
    restartPolicyRules.some(({ action }) => String(action) === "RestartAllContainers"),
  );
  const hostNetworkWithUsers = spec.hostNetwork === true && spec.hostUsers === false;
  return [
    ...(restartsAll ? ["RestartAllContainersOnContainerExits"] : []),
    ...(hostNetworkWithUsers ? ["UserNamespacesHostNetworkSupport"] : []),
  ];
}
