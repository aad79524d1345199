import { equalValues, keyOf, type ObjectKey } from "@skates/apimachinery";
import { endpoints, type Pod, pods, services } from "@skates/api/core/v1";
import { type Controller, type Listers, watch } from "@skates/controller-runtime";
import { chooses } from "../endpoint-slice/chooses.ts";
import { type EndpointsView, MANAGED_BY, planEndpoints } from "./plan.ts";

/** Keeps an Endpoints object beside each service with a selector. */
export const endpointsController: Controller<EndpointsView> = {
  name: "endpoint-controller",
  watches: [
    watch({ resource: services, keys: (service) => [keyOf(service)] }),
    watch({
      resource: pods,
      keys: (pod, old, listers) => {
        if (old === undefined) return servicesOf(pod, listers);
        return changed(pod, old) ? [...servicesOf(pod, listers), ...servicesOf(old, listers)] : [];
      },
    }),
    watch({
      resource: endpoints,
      // Those of others are their business; somebody may elect a leader with them.
      keys: (one, old) => (managed(one.metadata.labels) || managed(old?.metadata.labels) ? [keyOf(one)] : []),
    }),
  ],
  view: (listers) => ({
    services: listers.for(services),
    pods: listers.for(pods),
    endpoints: listers.for(endpoints),
  }),
  plan: planEndpoints,
};

function managed(labels: Readonly<Record<string, string>> | undefined): boolean {
  return labels?.[MANAGED_BY] !== undefined;
}

/** Services that choose a pod by its labels. */
function servicesOf(pod: Pod, listers: Listers): readonly ObjectKey[] {
  const out: ObjectKey[] = [];
  for (const service of listers.for(services).list(pod.metadata.namespace)) {
    const selector = service.spec?.selector;
    if (selector !== undefined && chooses(selector, pod.metadata.labels)) out.push(keyOf(service));
  }
  return out;
}

/** True if a change of a pod can show in Endpoints. */
function changed(pod: Pod, old: Pod): boolean {
  const shown = ({ metadata, spec, status }: Pod): unknown => [
    metadata.labels,
    metadata.deletionTimestamp,
    spec.nodeName,
    status?.phase,
    status?.podIP,
    status?.podIPs,
    status?.conditions?.find((condition) => condition.type === "Ready")?.status,
  ];
  return !equalValues(shown(pod), shown(old));
}
