import { type Binding, type Node, nodes, type Pod, pods } from "@skates/api/core/v1";
import type { ApiObject } from "@skates/apimachinery";
import type { AdmissionPlugin, Registry } from "@skates/apiserver";
import { must } from "@skates/component-base";
import { podOf } from "./pod-template.ts";

const LABELS = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

/** Pods learn in which zone and region their node is: by the binding that brings them there, or when they are made for a node. */
export function podTopologyLabels(registry: Registry): AdmissionPlugin {
  return {
    name: "PodTopologyLabels",
    handles: ({ operation, resource, subresource, object }) =>
      operation === "CREATE" &&
      resource.group === "" &&
      resource.plural === pods.plural &&
      (subresource === "" || subresource === "binding") &&
      nodeOf(object) !== "",
    async mutate(attributes) {
      const object = must(attributes.object, "the object of a write");
      const node = registry.cached<Node>(nodes, { name: nodeOf(object) });
      const labels = node?.metadata.labels ?? {};
      const copied = LABELS.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]] as const]));
      if (copied.length === 0) return object;
      const { metadata } = object;
      return { ...object, metadata: { ...metadata, labels: { ...Object.fromEntries(copied), ...metadata.labels } } };
    },
  };
}

function nodeOf(object: ApiObject | undefined): string {
  const pod: Pod | undefined = podOf(object);
  if (pod !== undefined) return pod.spec.nodeName ?? "";
  return isBinding(object) && object.target.kind === nodes.kind ? (object.target.name ?? "") : "";
}

function isBinding(object: ApiObject | undefined): object is ApiObject & Binding {
  return object?.kind === "Binding";
}
