import type { Pod, PodCondition } from "./pod.ts";
import type { Node } from "./node.ts";

/** The pod's condition of this type. */
export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

/** The pod says that it can serve. */
export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, "Ready")?.status === "True";
}

/** All containers have ended for good. */
export function isPodTerminal(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

/** Neither ended nor being deleted. */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** `True`, `False` or `Unknown`; undefined when the node does not report the condition. */
export function nodeConditionStatus(node: Node, type: string): string | undefined {
  return node.status?.conditions?.find((condition) => condition.type === type)?.status;
}

/** The node's kubelet says that it can run pods. */
export function isNodeReady(node: Node): boolean {
  return nodeConditionStatus(node, "Ready") === "True";
}
