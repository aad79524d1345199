import type { Node, Pod, Service, ServicePort } from "@skates/api/core/v1";
import type { Endpoint, EndpointHints, EndpointPort } from "@skates/api/discovery/v1";
import { podEnded, podReady } from "../pod/pod-state.ts";
import { type AddressType, podAddresses } from "./addresses.ts";

/** Label of nodes. */
export const ZONE = "topology.kubernetes.io/zone";

/** True if a pod can stand behind a service: it has an address and has not ended. */
export function hasEndpoint(pod: Pod): boolean {
  if (podEnded(pod)) return false;
  return pod.status?.podIP !== undefined || (pod.status?.podIPs?.length ?? 0) > 0;
}

/** How a service reaches a pod; `hinted`: with hints by the preference of the service. */
export function endpointOf(
  pod: Pod,
  service: Service,
  about: { readonly type: AddressType; readonly node: Node | undefined; readonly hinted: boolean },
): Endpoint {
  const { namespace, name, uid, deletionTimestamp } = pod.metadata;
  const serving = podReady(pod);
  const terminating = deletionTimestamp !== undefined;
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const { hostname, subdomain, nodeName } = pod.spec;
  const named =
    hostname !== undefined && subdomain === service.metadata.name && namespace === service.metadata.namespace;
  return {
    addresses: podAddresses(pod, about.type),
    conditions: { ready, serving, terminating },
    ...(named ? { hostname } : {}),
    targetRef: { kind: "Pod", namespace, name, uid },
    ...(nodeName === undefined ? {} : { nodeName }),
    ...zoneOf(about.node),
    ...(ready && about.hinted ? hintsOf(service, nodeName, zoneOf(about.node).zone) : {}),
  };
}

/** Who should use an endpoint, by the preference of its service; nearer places stand beside wider ones, to fall back on. */
function hintsOf(
  { spec }: Service,
  nodeName: string | undefined,
  zone: string | undefined,
): { readonly hints?: EndpointHints } {
  const preference = spec?.trafficDistribution;
  const byNode = preference === "PreferSameNode" && nodeName !== undefined;
  const byZone = (byNode || preference === "PreferSameZone" || preference === "PreferClose") && zone !== undefined;
  if (!byNode && !byZone) return {};
  return {
    hints: {
      ...(byZone ? { forZones: [{ name: zone }] } : {}),
      ...(byNode ? { forNodes: [{ name: nodeName }] } : {}),
    },
  };
}

function zoneOf(node: Node | undefined): { readonly zone?: string } {
  const zone = node?.metadata.labels?.[ZONE];
  return zone === undefined || zone === "" ? {} : { zone };
}

/** True if all pods have the ports of a service alike: none of them is known by its name only. */
export function samePortsEverywhere(service: Service): boolean {
  return (service.spec?.ports ?? []).every(({ targetPort }) => typeof targetPort !== "string" || targetPort === "");
}

/** The ports of a service as this pod has them; a port whose name the pod does not know is left out. */
export function portsOf(pod: Pod, service: Service): readonly EndpointPort[] {
  const out: EndpointPort[] = [];
  for (const port of service.spec?.ports ?? []) {
    const number = targetPort(pod, port);
    if (number === undefined) continue;
    const { name = "", protocol = "TCP", appProtocol } = port;
    out.push({ name, protocol, port: number, ...(appProtocol === undefined ? {} : { appProtocol }) });
  }
  return out;
}

function targetPort(pod: Pod, port: ServicePort): number | undefined {
  const { targetPort: target, protocol = "TCP" } = port;
  if (typeof target === "number") return target === 0 ? port.port : target;
  if (target === undefined || target === "") return port.port;
  const sidecars = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === "Always");
  for (const container of [...(pod.spec.containers ?? []), ...sidecars]) {
    const found = container.ports?.find((one) => one.name === target && (one.protocol ?? "TCP") === protocol);
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}

/** What makes two endpoints the same, whatever their conditions. Called for each endpoint at each plan. */
export function endpointId({ addresses, hostname = "", targetRef }: Endpoint): string {
  const [only = ""] = addresses;
  const where = addresses.length === 1 ? only : [...addresses].sort().join(",");
  return `${where} ${hostname} ${targetRef?.namespace ?? ""}/${targetRef?.name ?? ""}`;
}

/** What makes two lists of ports the same, whatever their order. */
export function portsId(ports: readonly EndpointPort[]): string {
  return JSON.stringify(
    ports.map((port) => JSON.stringify([port.name, port.protocol, port.port, port.appProtocol])).sort(),
  );
}
