import { type Node, nodes, type Pod, pods } from "@skates/api/core/v1";
import { equalValues, forbiddenRequest } from "@skates/apimachinery";
import type { AdmissionAttributes, Registry } from "@skates/apiserver";
import { findObject } from "./lookup.ts";
import { podOf } from "./pod-template.ts";

/** A change of what a pod on a node wants. */
export interface BoundPodChange {
  readonly pod: Pod;
  readonly old: Pod;
  readonly node: Node;
}

/** Whether a write changes what a pod on a node wants, by one of these subresources. */
export function changesBoundPod(attributes: AdmissionAttributes, subresources: readonly string[]): boolean {
  const { operation, resource, subresource, object, old } = attributes;
  if (operation !== "UPDATE" || resource.group !== "" || resource.plural !== pods.plural) return false;
  if (!subresources.includes(subresource)) return false;
  const pod = podOf(object);
  return (pod?.spec.nodeName ?? "") !== "" && !equalValues(pod?.spec, podOf(old)?.spec);
}

/** Such a change with the pod's node. Throws Forbidden when that is gone. */
export async function boundPodChange(
  registry: Registry,
  attributes: AdmissionAttributes,
  signal: AbortSignal,
): Promise<BoundPodChange | undefined> {
  const pod = podOf(attributes.object);
  const old = podOf(attributes.old);
  if (pod === undefined || old === undefined) return undefined;
  const name = pod.spec.nodeName ?? "";
  const node = await findObject<Node>(registry, { resource: nodes, key: { name } }, signal);
  if (node !== undefined) return { pod, old, node };
  throw forbiddenRequest(attributes.resource, attributes.name, `node ${JSON.stringify(name)} not found`);
}
