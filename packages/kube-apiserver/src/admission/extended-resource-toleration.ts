import { isExtendedResource, type Pod, pods, type Toleration } from "@skates/api/core/v1";
import { equalValues } from "@skates/apimachinery";
import type { AdmissionPlugin } from "@skates/apiserver";
import { must } from "@skates/component-base";
import { objectOf } from "./object-kind.ts";

/** Pods that want a device tolerate the taint by which nodes with such devices keep others away. */
export const extendedResourceToleration: AdmissionPlugin = {
  name: "ExtendedResourceToleration",
  handles: (attributes) => objectOf(attributes, pods) !== undefined,
  async mutate(attributes) {
    const pod = must(objectOf<Pod>(attributes, pods), "the pod");
    const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
    const names = containers.flatMap(({ resources }) => Object.keys(resources?.requests ?? {}));
    const wanted = [...new Set(names.filter(isExtendedResource))].sort();
    const before = pod.spec.tolerations ?? [];
    const tolerations = wanted.reduce(withToleration, before);
    return tolerations === before ? pod : { ...pod, spec: { ...pod.spec, tolerations } };
  },
};

function withToleration(tolerations: readonly Toleration[], key: string): readonly Toleration[] {
  const toleration: Toleration = { key, operator: "Exists", effect: "NoSchedule" };
  return tolerations.some((one) => equalValues(one, toleration)) ? tolerations : [...tolerations, toleration];
}
