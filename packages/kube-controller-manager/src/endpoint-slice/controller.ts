import { equalValues, keyOf, type ObjectKey } from "@skates/apimachinery";
import { nodes, pods, services } from "@skates/api/core/v1";
import { type EndpointSlice, endpointSlices } from "@skates/api/discovery/v1";
import { type Controller, type Listers, watch } from "@skates/controller-runtime";
import { byNode } from "../pod/pod-state.ts";
import { byService, SERVICE_NAME } from "./labels.ts";
import { type EndpointSliceView, planEndpointSlices } from "./plan.ts";
import { servicesOf, servicesOfChange } from "./services-of.ts";
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
      keys: servicesOfChange,
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

/** Services whose hints go by the size of zones. */
function servicesBySize(listers: Listers): readonly ObjectKey[] {
  return listers.for(services).by("sized", "true").map(keyOf);
}

function serviceOf({ metadata: { namespace, labels } }: EndpointSlice): readonly ObjectKey[] {
  const name = labels?.[SERVICE_NAME];
  return name === undefined ? [] : [{ namespace, name }];
}
