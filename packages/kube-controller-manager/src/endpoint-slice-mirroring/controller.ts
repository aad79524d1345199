import { equalValues, keyOf } from "@skates/apimachinery";
import { endpoints, services } from "@skates/api/core/v1";
import { type EndpointSlice, endpointSlices } from "@skates/api/discovery/v1";
import { type Controller, watch } from "@skates/controller-runtime";
import { SERVICE_NAME } from "../endpoint-slice/labels.ts";
import { MIRROR, SLICE_MANAGED_BY } from "./mirrored.ts";
import { type MirroringView, planMirroring } from "./plan.ts";

/** Shows Endpoints that are written by hand to those who read endpoint slices only. */
export const endpointSliceMirroringController: Controller<MirroringView> = {
  name: "endpointslicemirroring-controller",
  watches: [
    watch({ resource: endpoints, keys: (one) => [keyOf(one)] }),
    watch({
      resource: services,
      keys: (service, old) =>
        old !== undefined && equalValues(old.spec?.selector, service.spec?.selector) ? [] : [keyOf(service)],
    }),
    watch({
      resource: endpointSlices,
      keys: (slice, old) =>
        [slice, ...(old === undefined ? [] : [old])].flatMap((one) =>
          mirroredBy(one).map((name) => ({ namespace: one.metadata.namespace, name })),
        ),
      indexes: {
        mirrored: (slice) => mirroredBy(slice).map((name) => `${slice.metadata.namespace ?? ""}/${name}`),
      },
    }),
  ],
  view: (listers) => ({
    services: listers.for(services),
    endpoints: listers.for(endpoints),
    slices: listers.for(endpointSlices),
  }),
  plan: planMirroring,
};

/** Name of the service, and so of the Endpoints, for slices of ours. */
function mirroredBy({ metadata: { labels } }: EndpointSlice): readonly string[] {
  const name = labels?.[SERVICE_NAME];
  return labels?.[SLICE_MANAGED_BY] === MIRROR && name !== undefined ? [name] : [];
}
