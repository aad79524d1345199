import { allMayRunAgain } from "./pod-restart-rules.ts";
import type { PodSpec } from "./pod-spec.ts";

/** Names of the features, of those that kubelets declare, that a kubelet must have to run the pod. */
export function podFeatures(spec: PodSpec): readonly string[] {
  const hostNetworkWithUsers = spec.hostNetwork === true && spec.hostUsers === false;
  return [
    ...(allMayRunAgain(spec) ? ["RestartAllContainersOnContainerExits"] : []),
    ...(hostNetworkWithUsers ? ["UserNamespacesHostNetworkSupport"] : []),
  ];
}
