import { type Node, nodes, type Pod, pods } from "@skates/api/core/v1";
import { equalValues } from "@skates/apimachinery";
import type { AdmissionAttributes, Registry } from "@skates/apiserver";
import { must } from "@skates/component-base";
import { podOf } from "./pod-template.ts";
import { refusal } from "./refusal.ts";

/** A change of what a pod on a node wants. */
export interface BoundPodChange {
  readonly pod: Pod;
  readonly old: Pod;
}

/** Whether a write changes what a pod on a node wants, by one of these subresources. */
export function changesBoundPod(attributes: AdmissionAttributes, subresources: readonly string[]): boolean {
  const { operation, resource, subresource, object, old } = attributes;
  if (operation !== "UPDATE" || resource.group !== "" || resource.plural !== pods.plural) return false;
  if (!subresources.includes(subresource)) return false;
  const pod = podOf(object);
  return (pod?.spec.nodeName ?? "") !== "" && !equalValues(pod?.spec, podOf(old)?.spec);
}

/** Both states of a pod that `changesBoundPod` has found to change. */
export function boundPodChange({ object, old: before }: AdmissionAttributes): BoundPodChange {
  return { pod: must(podOf(object), "the pod"), old: must(podOf(before), "the pod as it was") };
}

/** The node of such a pod. Throws Forbidden when that is gone. */
export async function nodeOfBoundPod(
  registry: Registry,
  attributes: AdmissionAttributes,
  signal: AbortSignal,
): Promise<Node> {
  const name = boundPodChange(attributes).pod.spec.nodeName ?? "";
  const node = await registry.find<Node>(nodes, { name }, signal);
  if (node !== undefined) return node;
  throw refusal(attributes, `node ${JSON.stringify(name)} not found`);
}
