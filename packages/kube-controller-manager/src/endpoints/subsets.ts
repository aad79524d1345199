import type { EndpointAddress, EndpointPort, EndpointSubset, Pod, Service } from "@skates/api/core/v1";
import { addressTypesOf, podAddresses } from "../endpoint-slice/addresses.ts";
import { hasEndpoint, portsOf } from "../endpoint-slice/endpoint.ts";
import { podReady } from "../pod/pod-state.ts";

/** An Endpoints object lists this many addresses at most. */
const CAPACITY = 1000;

interface Place {
  readonly address: EndpointAddress;
  readonly ready: boolean;
}

interface PortGroup {
  readonly port: EndpointPort | undefined;
  readonly places: Place[];
}

/** The addresses behind a service, grouped by the ports that they have in common; those of equal ports in the order of addresses. */
export function subsetsOf(service: Service, pods: readonly Pod[]): readonly EndpointSubset[] {
  const early = service.spec?.publishNotReadyAddresses === true;
  const groups = new Map<string, PortGroup>();
  for (const pod of pods) {
    if (!hasEndpoint(pod) || (!early && pod.metadata.deletionTimestamp !== undefined)) continue;
    const address = addressOf(service, pod);
    if (address === undefined) continue;
    const place = { address, ready: early || podReady(pod) };
    for (const port of portsOfService(service, pod)) {
      const id = JSON.stringify(port ?? null);
      const group = groups.get(id) ?? { port, places: [] };
      groups.set(id, group);
      group.places.push(place);
    }
  }
  return merged([...groups.values()]);
}

function addressOf(service: Service, pod: Pod): EndpointAddress | undefined {
  const [family] = addressTypesOf(service);
  const [ip] = family === undefined ? [] : podAddresses(pod, family);
  if (ip === undefined) return undefined;
  const { namespace, name, uid } = pod.metadata;
  const { hostname, subdomain, nodeName } = pod.spec;
  const named = hostname !== undefined && hostname !== "" && subdomain === service.metadata.name;
  return {
    ip,
    ...(named ? { hostname } : {}),
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: { kind: "Pod", namespace, name, uid },
  };
}

/** A headless service may do without ports: its addresses are all there is. */
function portsOfService(service: Service, pod: Pod): readonly (EndpointPort | undefined)[] {
  if ((service.spec?.ports ?? []).length === 0) return service.spec?.clusterIP === "None" ? [undefined] : [];
  return portsOf(pod, service).map(({ name, protocol, port = 0, appProtocol }) => ({
    ...(name === undefined || name === "" ? {} : { name }),
    port,
    protocol,
    ...(appProtocol === undefined ? {} : { appProtocol }),
  }));
}

/** Ports with the same addresses, alike in readiness, make one subset. */
function merged(groups: readonly PortGroup[]): readonly EndpointSubset[] {
  const subsets = new Map<string, { readonly places: readonly Place[]; readonly ports: EndpointPort[] }>();
  for (const { port, places } of groups) {
    const sorted = [...places].sort((a, b) => compareText(a.address.ip, b.address.ip));
    const id = JSON.stringify(sorted.map(({ address, ready }) => [address.ip, address.targetRef?.uid, ready]));
    const subset = subsets.get(id) ?? { places: sorted, ports: [] };
    subsets.set(id, subset);
    if (port !== undefined) subset.ports.push(port);
  }
  return [...subsets.values()].map(({ places, ports }) => {
    const addresses = places.filter(({ ready }) => ready).map(({ address }) => address);
    const notReadyAddresses = places.filter(({ ready }) => !ready).map(({ address }) => address);
    return {
      ...(addresses.length === 0 ? {} : { addresses }),
      ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses }),
      ...(ports.length === 0 ? {} : { ports }),
    };
  });
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** At most CAPACITY addresses, ready ones before others. The same array if there are no more. */
export function truncated(subsets: readonly EndpointSubset[]): readonly EndpointSubset[] {
  const ready = subsets.reduce((sum, { addresses = [] }) => sum + addresses.length, 0);
  const all = subsets.reduce((sum, { notReadyAddresses = [] }) => sum + notReadyAddresses.length, ready);
  if (all <= CAPACITY) return subsets;
  let readyLeft = CAPACITY;
  let othersLeft = Math.max(CAPACITY - ready, 0);
  return subsets.map((subset) => {
    const addresses = subset.addresses?.slice(0, readyLeft) ?? [];
    const notReadyAddresses = subset.notReadyAddresses?.slice(0, othersLeft) ?? [];
    readyLeft -= addresses.length;
    othersLeft -= notReadyAddresses.length;
    const { ports } = subset;
    return {
      ...(addresses.length === 0 ? {} : { addresses }),
      ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses }),
      ports,
    };
  });
}
