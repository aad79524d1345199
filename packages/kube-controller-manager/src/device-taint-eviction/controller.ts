import { equalValues, keyOf, type ObjectKey } from "@skates/apimachinery";
import { pods } from "@skates/api/core/v1";
import { type ResourceClaim, resourceClaims, type ResourceSlice, resourceSlices } from "@skates/api/resource/v1";
import { type Controller, watch } from "@skates/controller-runtime";
import { userUids } from "../resource-claim/claim.ts";
import { type DeviceTaintView, planDeviceTaint, poolKey } from "./plan.ts";

/** Drives pods from devices that are tainted so, as their slices say. Keys are pods. */
export const deviceTaintEvictionController: Controller<DeviceTaintView> = {
  name: "device-taint-eviction-controller",
  watches: [
    watch({ resource: pods, keys: (pod) => ((pod.spec.resourceClaims ?? []).length > 0 ? [keyOf(pod)] : []) }),
    watch({
      resource: resourceClaims,
      keys: usersOf,
      indexes: {
        user: userUids,
        pool: ({ status }) => [...new Set((status?.allocation?.devices?.results ?? []).map(poolKey))],
      },
    }),
    watch({
      resource: resourceSlices,
      keys: (slice, old, listers) => {
        if (old !== undefined && equalValues(old.spec, slice.spec)) return [];
        return listers
          .for(resourceClaims)
          .by("pool", slicePool(slice))
          .flatMap((claim) => usersOf(claim));
      },
      indexes: { pool: (slice) => [slicePool(slice)] },
    }),
  ],
  view: (listers) => ({
    pods: listers.for(pods),
    claims: listers.for(resourceClaims),
    slices: listers.for(resourceSlices),
    waiting: new Set(),
  }),
  plan: planDeviceTaint,
};

function slicePool({ spec }: ResourceSlice): string {
  return poolKey({ driver: spec.driver, pool: spec.pool.name });
}

function usersOf({ metadata: { namespace }, status }: ResourceClaim): readonly ObjectKey[] {
  return (status?.reservedFor ?? []).flatMap(({ resource, name }) =>
    resource === "pods" ? [{ namespace, name }] : [],
  );
}
