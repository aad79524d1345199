import { type Node, type Pod, podRequests } from "@skates/api/core/v1";
import { parseQuantity } from "@skates/apimachinery";
import type { AdmissionPlugin, Registry } from "@skates/apiserver";
import { boundPodChange, changesBoundPod, nodeOfBoundPod } from "./bound-pod.ts";
import { refusal } from "./refusal.ts";

/** A pod does not grow beyond what its node has in all, and only where resizing works. */
export function podResizeValidator(registry: Registry): AdmissionPlugin {
  return {
    name: "PodResizeValidator",
    handles: (attributes) => changesBoundPod(attributes, ["resize"]),
    async validate(attributes, signal) {
      const node = await nodeOfBoundPod(registry, attributes, signal);
      const cause = resizeRefusal(boundPodChange(attributes).pod, node);
      if (cause !== undefined) throw refusal(attributes, cause);
    },
  };
}

function resizeRefusal(pod: Pod, node: Node): string | undefined {
  const os = node.metadata.labels?.["kubernetes.io/os"];
  if (os !== undefined && os !== "linux") {
    const name = JSON.stringify(node.metadata.name);
    return `pod resize is only supported on linux nodes, node ${name} is ${JSON.stringify(os)}`;
  }
  const wanted = podRequests(pod);
  const has = node.status?.allocatable ?? {};
  const lacking = (["cpu", "memory"] as const).flatMap((name) => {
    const requested = amount(name, wanted[name]);
    const allocatable = amount(name, has[name]);
    return requested > allocatable ? [`${name}, requested: ${requested}, allocatable: ${allocatable}`] : [];
  });
  return lacking.length === 0 ? undefined : `node didn't have enough allocatable resources: ${lacking.join("; ")}`;
}

/** Thousandths of cpus, bytes of memory. */
function amount(name: "cpu" | "memory", text = "0"): number {
  const quantity = parseQuantity(text);
  return name === "cpu" ? quantity.milliValue() : quantity.value();
}
