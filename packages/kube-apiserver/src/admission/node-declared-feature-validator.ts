import { equalValues, forbiddenRequest } from "@skates/apimachinery";
import type { AdmissionPlugin, Registry } from "@skates/apiserver";
import { type BoundPodChange, boundPodChange, changesBoundPod } from "./bound-pod.ts";

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
      const change = await boundPodChange(registry, attributes, signal);
      if (change === undefined) return;
      const declared = change.node.status?.declaredFeatures ?? [];
      const missing = FEATURES.filter(([name, needs]) => needs(change) && !declared.includes(name));
      if (missing.length === 0) return;
      const names = missing.map(([name]) => name).join(", ");
      const node = JSON.stringify(change.node.metadata.name);
      const cause = `pod update requires features ${names} which are not available on node ${node}`;
      throw forbiddenRequest(attributes.resource, attributes.name, cause);
    },
  };
}
