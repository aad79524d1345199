import type { CronJob, Job } from "@skates/api/batch/v1";
import { type Pod, pods, type PodTemplate, type PodTemplateSpec } from "@skates/api/core/v1";
import type { ApiObject } from "@skates/apimachinery";
import type { AdmissionAttributes } from "@skates/apiserver";

interface Templated extends ApiObject {
  readonly spec?: { readonly template?: PodTemplateSpec | undefined } | undefined;
}

/** Where each kind that makes pods keeps what it makes them of; by `<group>/<plural>`. */
const TEMPLATES: Readonly<Record<string, (object: ApiObject) => PodTemplateSpec | undefined>> = {
  "/podtemplates": (object: ApiObject & Partial<Pick<PodTemplate, "template">>) => object.template,
  "/replicationcontrollers": inSpec,
  "apps/daemonsets": inSpec,
  "apps/deployments": inSpec,
  "apps/replicasets": inSpec,
  "apps/statefulsets": inSpec,
  "batch/cronjobs": (object: ApiObject & { readonly spec?: CronJob["spec"] }) =>
    (object.spec?.jobTemplate.spec satisfies Job["spec"] | undefined)?.template,
  "batch/jobs": inSpec,
};

function inSpec(object: Templated): PodTemplateSpec | undefined {
  return object.spec?.template;
}

/** What a write of a workload would make pods of; undefined for other writes, subresources included. */
export function podTemplateOf({ resource, subresource, object }: AdmissionAttributes): PodTemplateSpec | undefined {
  if (subresource !== "" || object === undefined) return undefined;
  return TEMPLATES[`${resource.group}/${resource.plural}`]?.(object);
}

/** The object if it is a pod. */
export function podOf(object: ApiObject | undefined): Pod | undefined {
  return isPod(object) ? object : undefined;
}

function isPod(object: ApiObject | undefined): object is Pod {
  return object?.kind === pods.kind && object.apiVersion === "v1";
}
