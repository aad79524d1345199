import type { EndpointSlice } from "@skates/api/discovery/v1";
import type { Service, ServicePort } from "@skates/api/core/v1";

/** Where one connection may go. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** On this node. */
  readonly local: boolean;
}

/** One port of a service, with the endpoints that take its traffic now. */
export interface ServicePortRules {
  /** `namespace/name`, port name, protocol in lower case. */
  readonly service: string;
  readonly portName: string;
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly port: number;
  readonly nodePort: number | undefined;
  readonly clusterIp: string;
  /** External addresses and those of load balancers. */
  readonly externalIps: readonly string[];
  /** For clients inside the cluster. */
  readonly clusterEndpoints: readonly Endpoint[];
  /** For clients from outside; with `externalLocal` only those of this node, and their source address is kept. */
  readonly externalEndpoints: readonly Endpoint[];
  readonly externalLocal: boolean;
  /** Seconds that a client stays with its endpoint; absent: no affinity. */
  readonly affinitySeconds: number | undefined;
}

/** Which of the cluster's services are served by these rules: those with an IPv4 cluster address and no other proxy. */
function isServed(service: Service): boolean {
  const { spec, metadata } = service;
  if (metadata.labels?.["service.kubernetes.io/service-proxy-name"] !== undefined) return false;
  if (spec.type === "ExternalName") return false;
  return isIpv4(spec.clusterIP);
}

function isIpv4(address: string | undefined): address is string {
  return address !== undefined && /^\d+\.\d+\.\d+\.\d+$/.test(address);
}

/** Where a proxy is: what the hints of endpoints are compared with. */
export interface Place {
  readonly nodeName: string;
  /** Of the node; absent: it is in none, or not known yet. */
  readonly zone?: string | undefined;
}

/** The rules of all ports of a service. `slices` are those that carry its name. */
export function servicePorts(
  service: Service,
  slices: readonly EndpointSlice[],
  place: Place,
): readonly ServicePortRules[] {
  const { spec, metadata } = service;
  const clusterIp = spec.clusterIP;
  if (!isServed(service) || clusterIp === undefined) return [];
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  const virtual = ingress.flatMap((i) => (i.ip !== undefined && i.ipMode !== "Proxy" ? [i.ip] : []));
  return (spec.ports ?? []).map((port) => {
    const all = endpointsOf(port, slices, place);
    const externalLocal = spec.externalTrafficPolicy === "Local";
    return {
      service: `${metadata.namespace ?? ""}/${metadata.name}`,
      portName: port.name ?? "",
      protocol: protocolOf(port),
      port: port.port,
      nodePort: port.nodePort,
      clusterIp,
      externalIps: [...(spec.externalIPs ?? []), ...virtual].filter(isIpv4),
      clusterEndpoints: usable(spec.internalTrafficPolicy === "Local" ? all.filter((e) => e.local) : preferred(all)),
      externalEndpoints: usable(externalLocal ? all.filter((e) => e.local) : preferred(all)),
      externalLocal,
      affinitySeconds:
        spec.sessionAffinity === "ClientIP"
          ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800)
          : undefined,
    };
  });
}

function protocolOf(port: ServicePort): "tcp" | "udp" | "sctp" {
  return port.protocol === "UDP" ? "udp" : port.protocol === "SCTP" ? "sctp" : "tcp";
}

interface Candidate extends Endpoint {
  readonly ready: boolean;
  /** Terminating, but still answers: used only when nothing is ready. */
  readonly lastResort: boolean;
  /** Whether clients of this node should use it; absent: the slice says nothing of nodes. */
  readonly forNode: boolean | undefined;
  /** Likewise for the clients of this zone. */
  readonly forZone: boolean | undefined;
}

function endpointsOf(
  port: ServicePort,
  slices: readonly EndpointSlice[],
  { nodeName, zone }: Place,
): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  for (const slice of slices) {
    if (slice.addressType !== "IPv4") continue;
    const target = slice.ports?.find(
      (p) => (p.name ?? "") === (port.name ?? "") && (p.protocol ?? "TCP") === (port.protocol ?? "TCP"),
    );
    if (target?.port === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const address = endpoint.addresses[0];
      if (address === undefined) continue;
      const conditions = endpoint.conditions;
      const ready = conditions?.ready ?? true;
      const lastResort = (conditions?.serving ?? ready) && conditions?.terminating === true;
      const local = endpoint.nodeName === nodeName;
      const forNode = named(endpoint.hints?.forNodes, nodeName);
      const forZone = named(endpoint.hints?.forZones, zone);
      const candidate = { address, port: target.port, local, ready, lastResort, forNode, forZone };
      const key = `${address}:${target.port}`;
      // The same address may stand in two slices while it moves between them.
      if (!found.has(key) || (ready && found.get(key)?.ready === false)) found.set(key, candidate);
    }
  }
  return [...found.values()].sort((a, b) => compare(`${a.address}:${a.port}`, `${b.address}:${b.port}`));
}

function named(hints: readonly { readonly name: string }[] = [], name: string | undefined): boolean | undefined {
  return hints.length === 0 ? undefined : hints.some((hint) => hint.name === name);
}

/**
 * Those that the hints give to this node, or else to its zone. Hints of a sort hold only if each ready endpoint has one and one of
 * them is for us; where none hold, all endpoints are there for everybody.
 */
function preferred(all: readonly Candidate[]): readonly Candidate[] {
  const ready = all.filter((e) => e.ready);
  for (const sort of ["forNode", "forZone"] as const) {
    const near = ready.filter((e) => e[sort] === true);
    if (near.length > 0 && ready.every((e) => e[sort] !== undefined)) return near;
  }
  return all;
}

function usable(all: readonly Candidate[]): readonly Endpoint[] {
  const ready = all.filter((e) => e.ready);
  const chosen = ready.length > 0 ? ready : all.filter((e) => e.lastResort);
  return chosen.map(({ address, port, local }) => ({ address, port, local }));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
