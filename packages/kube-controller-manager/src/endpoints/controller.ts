import { keyOf } from "@skates/apimachinery";
import { endpoints, pods, services } from "@skates/api/core/v1";
import { type Controller, watch } from "@skates/controller-runtime";
import { servicesOfChange } from "../endpoint-slice/services-of.ts";
import { type EndpointsView, MANAGED_BY, planEndpoints } from "./plan.ts";

/** Keeps an Endpoints object beside each service with a selector. */
export const endpointsController: Controller<EndpointsView> = {
  name: "endpoint-controller",
  watches: [
    watch({ resource: services, keys: (service) => [keyOf(service)] }),
    watch({ resource: pods, keys: servicesOfChange }),
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
