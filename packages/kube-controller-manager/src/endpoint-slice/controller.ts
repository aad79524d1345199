import { equalValues, keyOf, type ObjectKey } from "@skates/apimachinery";
import { nodes, type Pod, pods, services } from "@skates/api/core/v1";
import { type EndpointSlice, endpointSlices } from "@skates/api/discovery/v1";
import { type Controller, type Listers, watch } from "@skates/controller-runtime";
import { byNode } from "../pod/pod-state.ts";
import { chooses } from "./chooses.ts";
import { byService, SERVICE_NAME } from "./labels.ts";
import { type EndpointSliceView, planEndpointSlices } from "./plan.ts";
import { changesShares, hintsByZoneSize } from "./zone-hints.ts";

/** Lists in slices which pods stand behind a service, and which of them are ready. */
export const endpointSliceController: Controller<EndpointSliceView> = {
  name: "endpointslice-controller",
  watches: [
    watch({
      resource: services,
      keys: (service) => [keyOf(service)],
      indexes: { sized: (service) => (hintsByZoneSize(service) ? ["true"] : []) },
    }),
    watch({
      resource: pods,
      keys: (pod, old, listers) => {
        if (old === undefined) return servicesOf(pod, listers);
        if (!changed(pod, old)) return [];
        const moved = !equalValues(pod.metadata.labels, old.metadata.labels);
        return moved ? [...servicesOf(pod, listers), ...servicesOf(old, listers)] : servicesOf(pod, listers);
      },
      indexes: { node: byNode },
    }),
    watch({
      resource: nodes,
      keys: (node, old, listers) => {
        const sized = old === undefined || changesShares(node, old) ? servicesBySize(listers) : [];
        if (old !== undefined && equalValues(node.metadata.labels, old.metadata.labels)) return sized;
        const here = listers.for(pods).by("node", node.metadata.name);
        return [...sized, ...here.flatMap((pod) => servicesOf(pod, listers))];
      },
    }),
    watch({
      resource: endpointSlices,
      keys: (slice, old) => [...serviceOf(slice), ...(old === undefined ? [] : serviceOf(old))],
      indexes: { service: byService },
    }),
  ],
  view: (listers) => ({
    services: listers.for(services),
    pods: listers.for(pods),
    nodes: listers.for(nodes),
    slices: listers.for(endpointSlices),
    hinted: new Set(),
  }),
  plan: planEndpointSlices,
};

/** Services that choose a pod by its labels. */
function servicesOf(pod: Pod, listers: Listers): readonly ObjectKey[] {
  const out: ObjectKey[] = [];
  for (const service of listers.for(services).list(pod.metadata.namespace)) {
    const selector = service.spec?.selector;
    if (selector !== undefined && chooses(selector, pod.metadata.labels)) out.push(keyOf(service));
  }
  return out;
}

/** Services whose hints go by the size of zones. */
function servicesBySize(listers: Listers): readonly ObjectKey[] {
  return listers.for(services).by("sized", "true").map(keyOf);
}

function serviceOf({ metadata: { namespace, labels } }: EndpointSlice): readonly ObjectKey[] {
  const name = labels?.[SERVICE_NAME];
  return name === undefined ? [] : [{ namespace, name }];
}

/** True if a change of a pod can show in slices. */
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
