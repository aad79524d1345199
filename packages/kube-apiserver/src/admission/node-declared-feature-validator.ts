import { equalValues } from "@skates/apimachinery";
import type { AdmissionPlugin, Registry } from "@skates/apiserver";
import { type BoundPodChange, boundPodChange, changesBoundPod, nodeOfBoundPod } from "./bound-pod.ts";
import { refusal } from "./refusal.ts";

/** Features of nodes, and which changes of a pod need them. */
const FEATURES: readonly (readonly [name: string, needs: (change: BoundPodChange) => boolean])[] = [
  [
    "InPlacePodLevelResourcesVerticalScaling",
    ({ pod, old }) => !equalValues(pod.spec.resources ?? {}, old.spec.resources ?? {}),
  ],
];

/** A pod is not changed in a way that its node, by what it says of itself, cannot carry out. */
export function nodeDeclaredFeatureValidator(registry: Registry): AdmissionPlugin {
  return {
    name: "NodeDeclaredFeatureValidator",
    handles: (attributes) => changesBoundPod(attributes, ["", "resize"]),
    async validate(attributes, signal) {
      const change = boundPodChange(attributes);
      const needed = FEATURES.filter(([, needs]) => needs(change)).map(([name]) => name);
      // Most changes need nothing, and then it does not matter whether the node is still there.
      if (needed.length === 0) return;
      const { metadata, status } = await nodeOfBoundPod(registry, attributes, signal);
      const missing = needed.filter((name) => status?.declaredFeatures?.includes(name) !== true);
      if (missing.length === 0) return;
      const node = JSON.stringify(metadata.name);
      const cause = `pod update requires features ${missing.join(", ")} which are not available on node ${node}`;
      throw refusal(attributes, cause);
    },
  };
}
