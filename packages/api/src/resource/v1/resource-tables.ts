import type { Column, FieldText, Strategy } from "@skates/apimachinery";
import { formatTime } from "@skates/apimachinery";
import { ageColumn, column, nameColumn } from "../../table.ts";
import { mapShared } from "../../share.ts";
import type { ResourceClaim } from "./resource-claim.ts";
import type { ResourceSlice } from "./resource-slice.ts";

/** The table of `kubectl get resourceclaims`. */
export const resourceClaimColumns: readonly Column<ResourceClaim>[] = [
  nameColumn,
  column("State", "Whether devices were found and are in use.", ({ metadata, status }) => {
    const deleted = metadata.deletionTimestamp !== undefined;
    const states = deleted ? ["deleted"] : [];
    if (status?.allocation === undefined) return deleted ? "deleted" : "pending";
    return [...states, "allocated", ...((status.reservedFor ?? []).length > 0 ? ["reserved"] : [])].join(",");
  }),
  ageColumn,
];

/** The table of `kubectl get resourceslices`. */
export const resourceSliceColumns: readonly Column<ResourceSlice>[] = [
  nameColumn,
  column("Node", "Node that has the devices.", (slice) => slice.spec.nodeName ?? "<unset>"),
  column("Driver", "Driver of the devices.", (slice) => slice.spec.driver),
  column("Pool", "Pool they belong to.", (slice) => slice.spec.pool.name),
  ageColumn,
];

/** Field selectors of resource slices. */
export const resourceSliceFields: Readonly<Record<string, FieldText<ResourceSlice>>> = {
  "spec.nodeName": (slice) => slice.spec.nodeName ?? "",
  "spec.driver": (slice) => slice.spec.driver,
};

/** Where resource slices depart from the conventions: a taint knows since when it is there. */
export const resourceSliceStrategy: Strategy<ResourceSlice> = {
  prepare(next, _old, request) {
    const timeAdded = formatTime(request.nowMs);
    const devices = mapShared(next.spec.devices ?? [], (device) => {
      const taints = mapShared(device.taints ?? [], (taint) =>
        taint.timeAdded === undefined ? { ...taint, timeAdded } : taint,
      );
      return taints === (device.taints ?? taints) ? device : { ...device, taints };
    });
    return devices === (next.spec.devices ?? devices) ? next : { ...next, spec: { ...next.spec, devices } };
  },
};

interface Counted {
  readonly allocationMode?: string | undefined;
  readonly count?: number | undefined;
}

/** Exactly one device, unless told otherwise. */
export function deviceCountDefaults<T extends Counted>(request: T): T {
  const exact = (request.allocationMode ?? "ExactCount") === "ExactCount";
  return exact && (request.count ?? 0) === 0 ? { ...request, count: 1 } : request;
}
