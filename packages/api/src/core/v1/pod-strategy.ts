import type { DeleteOptions, FieldText, Strategy } from "@skates/apimachinery";
import { withMatchLabelKeys } from "./match-label-keys.ts";
import type { Pod, PodStatus } from "./pod.ts";
import { isPodTerminal } from "./pod-conditions.ts";
import { computeQosClass } from "./pod-resources.ts";
import { podCreateErrors, podStatusUpdateErrors, podUpdateErrors } from "./pod-update-rules.ts";
import { podWarnings } from "./pod-warnings.ts";

/** Where pods depart from the conventions. */
export const podStrategy: Strategy<Pod> = {
  prepare(next, old, request) {
    if (old === undefined) return { ...withMatchLabelKeys(next), status: firstStatus(next) };
    if (request.subresource === "status") return withKeptStatus(next, old);
    return next;
  },
  validate(next, old, request) {
    if (old === undefined) return podCreateErrors(next);
    return request.subresource === "status" ? podStatusUpdateErrors(next, old) : podUpdateErrors(next, old, request);
  },
  warnings: podWarnings,
  graceSeconds: podGraceSeconds,
  views: {
    ephemeralcontainers: (next, old) => ({
      ...old,
      metadata: { ...old.metadata, resourceVersion: next.metadata.resourceVersion },
      spec: { ...old.spec, ephemeralContainers: next.spec.ephemeralContainers },
    }),
    resize: (next, old) => ({ ...old, metadata: next.metadata, spec: resizedSpec(next, old) }),
  },
  returnsDeleted: true,
};

/** Field selectors of pods. */
export const podFields: Readonly<Record<string, FieldText<Pod>>> = {
  "spec.nodeName": (pod) => pod.spec.nodeName ?? "",
  "spec.restartPolicy": (pod) => pod.spec.restartPolicy ?? "",
  "spec.schedulerName": (pod) => pod.spec.schedulerName ?? "",
  "spec.serviceAccountName": (pod) => pod.spec.serviceAccountName ?? "",
  "spec.hostNetwork": (pod) => String(pod.spec.hostNetwork ?? false),
  "status.phase": (pod) => pod.status?.phase ?? "",
  "status.podIP": (pod) => pod.status?.podIPs?.[0]?.ip ?? pod.status?.podIP ?? "",
  "status.nominatedNodeName": (pod) => pod.status?.nominatedNodeName ?? "",
};

function firstStatus(pod: Pod): PodStatus {
  const status: PodStatus = { phase: "Pending", qosClass: computeQosClass(pod.spec) };
  if ((pod.spec.schedulingGates ?? []).length === 0) return status;
  return {
    ...status,
    conditions: [
      {
        type: "PodScheduled",
        status: "False",
        reason: "SchedulingGated",
        message: "Scheduling is blocked due to non-empty scheduling gates",
      },
    ],
  };
}

/** Writes of the status keep the owners and the quality of service. */
function withKeptStatus(next: Pod, old: Pod): Pod {
  const qosClass = next.status?.qosClass ?? old.status?.qosClass;
  const metadata = { ...next.metadata, ownerReferences: old.metadata.ownerReferences };
  return { ...next, metadata, status: { ...next.status, qosClass } };
}

/** Of a pod's own wish or that of the request; 0 when nobody has to be waited for: not yet on a node, or ended. */
function podGraceSeconds(pod: Pod, options: DeleteOptions): number {
  if ((pod.spec.nodeName ?? "") === "" || isPodTerminal(pod)) return 0;
  const seconds = options.gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 0;
  return seconds < 0 ? 1 : seconds;
}

/** Resizing touches the resources of containers and nothing else. */
function resizedSpec(next: Pod, old: Pod): Pod["spec"] {
  const resourcesOf = new Map([...next.spec.containers, ...(next.spec.initContainers ?? [])].map((c) => [c.name, c]));
  const resized = (container: Pod["spec"]["containers"][number]): Pod["spec"]["containers"][number] => {
    const wanted = resourcesOf.get(container.name);
    return wanted === undefined
      ? container
      : { ...container, resources: wanted.resources, resizePolicy: wanted.resizePolicy };
  };
  return {
    ...old.spec,
    containers: old.spec.containers.map(resized),
    ...(old.spec.initContainers === undefined ? {} : { initContainers: old.spec.initContainers.map(resized) }),
    resources: next.spec.resources,
  };
}
