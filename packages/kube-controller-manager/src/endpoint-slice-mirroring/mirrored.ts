import { controllerReference } from "@skates/controller-runtime";
import type { EndpointAddress, Endpoints, EndpointSubset } from "@skates/api/core/v1";
import type { Endpoint, EndpointPort, EndpointSlice } from "@skates/api/discovery/v1";
import { portsId } from "../endpoint-slice/endpoint.ts";
import { SERVICE_NAME } from "../endpoint-slice/labels.ts";
import { namePrefix } from "../pod/new-pod.ts";

export const SLICE_MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
/** Upstream's name, which other programs look for. */
export const MIRROR = "endpointslicemirroring-controller.k8s.io";
const NOT_COPIED = new Set([
  "endpoints.kubernetes.io/last-change-trigger-time",
  "kubectl.kubernetes.io/last-applied-configuration",
]);
/** Addresses of a slice; what is beyond is left out, as upstream does. */
export const ADDRESSES_MAX = 1000;

/** How many addresses of Endpoints are too many to be shown. */
export function skippedAddresses({ subsets = [] }: Endpoints): number {
  const counts = subsets.map(
    ({ addresses = [], notReadyAddresses = [] }) => addresses.length + notReadyAddresses.length,
  );
  return counts.reduce((sum, count) => sum + Math.max(count - ADDRESSES_MAX, 0), 0);
}

/** The slices that say what an Endpoints object says: one for each family and set of ports. */
export function mirroredSlices(endpoints: Endpoints): readonly EndpointSlice[] {
  const slices = new Map<string, EndpointSlice>();
  for (const subset of endpoints.subsets ?? []) {
    const ports = portsOf(subset);
    for (const addressType of ["IPv4", "IPv6"] as const) {
      const found = endpointsOf(subset, addressType);
      if (found.length === 0) continue;
      const slice = { ...emptySlice(endpoints), addressType, ports };
      const id = sliceId(slice);
      const others = slices.get(id)?.endpoints ?? [];
      slices.set(id, { ...slice, endpoints: [...others, ...found].slice(0, ADDRESSES_MAX) });
    }
  }
  return [...slices.values()];
}

/** What tells the slices of one Endpoints object apart. */
export function sliceId({ addressType, ports = [] }: EndpointSlice): string {
  return `${addressType} ${portsId(ports)}`;
}

function emptySlice(endpoints: Endpoints): EndpointSlice {
  const { name, namespace, labels, annotations = {} } = endpoints.metadata;
  const kept = Object.entries(annotations).filter(([key]) => !NOT_COPIED.has(key));
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: "",
      generateName: namePrefix(name),
      namespace,
      labels: { ...labels, [SERVICE_NAME]: name, [SLICE_MANAGED_BY]: MIRROR },
      annotations: kept.length === 0 ? undefined : Object.fromEntries(kept),
      ownerReferences: [controllerReference(endpoints)],
    },
    addressType: "IPv4",
    endpoints: [],
  };
}

function portsOf({ ports = [] }: EndpointSubset): readonly EndpointPort[] {
  return ports.map(({ name = "", port, protocol = "TCP", appProtocol }) => ({
    name,
    port,
    protocol,
    ...(appProtocol === undefined ? {} : { appProtocol }),
  }));
}

function endpointsOf(subset: EndpointSubset, type: "IPv4" | "IPv6"): readonly Endpoint[] {
  const ofFamily = ({ ip }: EndpointAddress): boolean => ip.includes(":") === (type === "IPv6");
  return [
    ...(subset.addresses ?? []).filter(ofFamily).map((address) => endpointOf(address, true)),
    ...(subset.notReadyAddresses ?? []).filter(ofFamily).map((address) => endpointOf(address, false)),
  ];
}

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(targetRef === undefined ? {} : { targetRef }),
  };
}
