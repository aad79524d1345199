import { controllerReference } from "@skates/controller-runtime";
import { type ApiObject, isDns1123Subdomain } from "@skates/apimachinery";
import type { Pod, PodTemplateSpec } from "@skates/api/core/v1";

/** A pod from its manager's template; the server makes its name. */
export function newPod(owner: ApiObject, template: PodTemplateSpec): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "",
      generateName: namePrefix(owner.metadata.name),
      namespace: owner.metadata.namespace,
      labels,
      annotations,
      finalizers,
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec ?? { containers: [] },
  };
}

/** `name-`, unless a name that begins so could not be valid. */
export function namePrefix(name: string): string {
  return isDns1123Subdomain(`${name}-a`).length === 0 ? `${name}-` : name;
}
