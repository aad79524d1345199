import type { APIService, APIServiceCondition } from "@skates/api/apiregistration/v1";
import { type Service, services } from "@skates/api/core/v1";
import { type EndpointSlice, endpointSlices } from "@skates/api/discovery/v1";
import { formatTime } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";

/** What is found about a served API, without the times. */
export interface Availability {
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

/** Where requests for an API of another server go. */
export interface RemoteTarget {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** Undefined: this server answers itself. */
export function targetOfService({ spec }: APIService): RemoteTarget | undefined {
  if (spec.service === undefined) return undefined;
  const { namespace = "", name = "", port = 443 } = spec.service;
  return { namespace, name, port };
}

/** What the cluster's own objects say against an API; undefined: the server can be asked. */
export function unavailability(registry: Registry, { namespace, name, port }: RemoteTarget): Availability | undefined {
  const no = (reason: string, message: string): Availability => ({ status: "False", reason, message });
  const about = `service/${name} in ${JSON.stringify(namespace)}`;
  const service = registry.cached<Service>(services, { namespace, name });
  if (service === undefined) return no("ServiceNotFound", `${about} is not present`);
  if ((service.spec.type ?? "ClusterIP") !== "ClusterIP") return undefined;
  const found = (service.spec.ports ?? []).find((each) => each.port === port);
  if (found === undefined) return no("ServicePortError", `${about} is not listening on port ${port}`);
  const slices = slicesOf(registry, { namespace, name, port });
  if (slices.length === 0) return no("EndpointsNotFound", `cannot find endpointslices for ${about}`);
  const portName = found.name ?? "";
  if (slices.some((slice) => hasEndpoint(slice, portName))) return undefined;
  const message = `endpointslices for ${about} have no addresses with port name ${JSON.stringify(portName)}`;
  return no("MissingEndpoints", message);
}

function slicesOf(registry: Registry, { namespace, name }: RemoteTarget): readonly EndpointSlice[] {
  const all = registry.cachedList<EndpointSlice>(endpointSlices, namespace);
  return all.filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === name);
}

function hasEndpoint({ endpoints = [], ports = [] }: EndpointSlice, portName: string): boolean {
  const ready = endpoints.some(({ conditions }) => conditions?.ready !== false);
  return ready && ports.some((port) => (port.name ?? "") === portName && port.port !== undefined);
}

/** Changes with the objects that `unavailability` looks at. */
export function targetState(registry: Registry, target: RemoteTarget): string {
  const service = registry.cached<Service>(services, { namespace: target.namespace, name: target.name });
  const objects = [service, ...slicesOf(registry, target)];
  return objects.map((object) => `${object?.metadata.uid ?? ""}:${object?.metadata.resourceVersion ?? ""}`).join(" ");
}

const AVAILABLE = "Available";

/** The API service with what was found; the same object when nothing changes. A time changes with the status only. */
export function withAvailability(service: APIService, found: Availability, nowMs: number): APIService {
  const conditions = service.status?.conditions ?? [];
  const before = conditions.find(({ type }) => type === AVAILABLE);
  if (before?.status === found.status && before.reason === found.reason && before.message === found.message) {
    return service;
  }
  const same = before?.status === found.status ? before.lastTransitionTime : undefined;
  const condition: APIServiceCondition = {
    type: AVAILABLE,
    ...found,
    lastTransitionTime: same ?? formatTime(nowMs),
  };
  const others = conditions.filter(({ type }) => type !== AVAILABLE);
  return { ...service, status: { ...service.status, conditions: [...others, condition] } };
}
