import { keyOf } from "@skates/apimachinery";
import { ipAddresses, serviceCIDRs } from "@skates/api/networking/v1";
import { type Controller, watch } from "@skates/controller-runtime";
import { planServiceCidr, type ServiceCidrView } from "./plan.ts";

/** Keeps ranges of service addresses as long as one of their addresses is given out. */
export const serviceCidrController: Controller<ServiceCidrView> = {
  name: "service-cidrs-controller",
  watches: [
    watch({
      resource: serviceCIDRs,
      // What one range loses another may hold: all look again, and they are few.
      keys: (range, old, listers) => (old === undefined ? listers.for(serviceCIDRs).list().map(keyOf) : [keyOf(range)]),
    }),
    watch({
      resource: ipAddresses,
      // Only ranges that are being deleted wait for addresses.
      keys: (_address, _old, listers) =>
        listers
          .for(serviceCIDRs)
          .list()
          .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
          .map(keyOf),
    }),
  ],
  view: (listers) => ({ ranges: listers.for(serviceCIDRs), addresses: listers.for(ipAddresses) }),
  plan: planServiceCidr,
};
