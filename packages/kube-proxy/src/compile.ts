import type { Chain, ElementMap, ElementSet, Table } from "@skates/packet-filter";
import type { Endpoint, ServicePortRules } from "./service-port.ts";

export interface CompileOptions {
  readonly tableName: string;
  /** Addresses of this node on which node ports answer. */
  readonly nodeAddresses: readonly string[];
  /** Traffic to services from outside this range is masqueraded, so that answers come back through this node. */
  readonly podCidr: string;
}

/** Bit of the packet mark that asks for masquerading, as upstream. */
const MASQUERADE_MARK = "0x4000";

/**
 * All services as one table. A packet to a service address meets one map look-up, whatever their number; the chain found there
 * picks an endpoint at random. Connections that exist keep their endpoint: only first packets pass NAT chains.
 */
export function compile(ports: readonly ServicePortRules[], options: CompileOptions): Table {
  const build: Builder = {
    chains: baseChains(),
    sets: new Map(),
    byAddress: new Map(),
    byNodePort: new Map(),
    refused: new Map(),
    refusedNodePorts: new Map(),
    hairpin: new Set(),
    clusterIps: new Set(),
  };
  for (const port of ports) addPort(build, port, options);
  const sets = build.sets;
  sets.set("cluster-ips", { type: "ipv4_addr", elements: build.clusterIps });
  sets.set("nodeport-ips", { type: "ipv4_addr", elements: new Set(options.nodeAddresses) });
  sets.set("hairpin", { type: "ipv4_addr . ipv4_addr", elements: build.hairpin });
  const byAddress = "ipv4_addr . inet_proto . inet_service : verdict";
  const byPort = "inet_proto . inet_service : verdict";
  const maps = new Map<string, ElementMap>([
    ["service-ips", { type: byAddress, elements: build.byAddress }],
    ["service-nodeports", { type: byPort, elements: build.byNodePort }],
    ["no-endpoint-services", { type: byAddress, elements: build.refused }],
    ["no-endpoint-nodeports", { type: byPort, elements: build.refusedNodePorts }],
  ]);
  return { name: options.tableName, family: "ip", chains: build.chains, sets, maps };
}

interface Builder {
  readonly chains: Map<string, Chain>;
  readonly sets: Map<string, ElementSet>;
  readonly byAddress: Map<string, string>;
  readonly byNodePort: Map<string, string>;
  readonly refused: Map<string, string>;
  readonly refusedNodePorts: Map<string, string>;
  readonly hairpin: Set<string>;
  readonly clusterIps: Set<string>;
}

function baseChains(): Map<string, Chain> {
  const destination = "ip daddr . meta l4proto . th dport";
  const services = {
    rules: [
      `${destination} vmap @service-ips`,
      "ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports",
    ],
  };
  const checks = {
    rules: [
      `ct state new ${destination} vmap @no-endpoint-services`,
      "ct state new ip daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports",
    ],
  };
  // After NAT, a cluster address is still the destination only if no service has that port.
  const unknownPorts = "ct state new ip daddr @cluster-ips reject";
  return new Map<string, Chain>([
    ["services", services],
    ["endpoint-checks", checks],
    ["mark-for-masquerade", { rules: [`meta mark set meta mark or ${MASQUERADE_MARK}`] }],
    ["refuse", { rules: ["reject"] }],
    ["nat-prerouting", { hook: "type nat hook prerouting priority dstnat;", rules: ["jump services"] }],
    ["nat-output", { hook: "type nat hook output priority -100;", rules: ["jump services"] }],
    ["nat-postrouting", { hook: "type nat hook postrouting priority srcnat;", rules: masqueradeRules() }],
    ["filter-prerouting", { hook: "type filter hook prerouting priority -110;", rules: ["jump endpoint-checks"] }],
    ["filter-output-checks", { hook: "type filter hook output priority -110;", rules: ["jump endpoint-checks"] }],
    ["filter-forward", { hook: "type filter hook forward priority 0;", rules: [unknownPorts] }],
    ["filter-output", { hook: "type filter hook output priority 0;", rules: [unknownPorts] }],
  ]);
}

function masqueradeRules(): readonly string[] {
  const marked = `meta mark and ${MASQUERADE_MARK} != 0`;
  return [
    `${marked} meta mark set meta mark xor ${MASQUERADE_MARK} masquerade fully-random`,
    // A pod that reaches itself through its service must see the answer come from elsewhere.
    "ip saddr . ip daddr @hairpin ct status dnat masquerade fully-random",
  ];
}

function addPort(build: Builder, port: ServicePortRules, options: CompileOptions): void {
  const name = chainName(port);
  const { protocol } = port;
  const to = (address: string): string => `${address} . ${protocol} . ${port.port}`;
  build.clusterIps.add(port.clusterIp);
  for (const e of port.clusterEndpoints) build.hairpin.add(`${e.address} . ${e.address}`);

  if (port.clusterEndpoints.length === 0) build.refused.set(to(port.clusterIp), "goto refuse");
  else {
    const inside = `service-${name}`;
    const fromOutside = `ip daddr ${port.clusterIp} ip saddr != ${options.podCidr} jump mark-for-masquerade`;
    build.chains.set(inside, { rules: [fromOutside, ...balance(build, name, "in", port.clusterEndpoints, port)] });
    build.byAddress.set(to(port.clusterIp), `goto ${inside}`);
  }
  if (port.externalIps.length > 0 || port.nodePort !== undefined) addExternal(build, port, name, options);
}

function addExternal(build: Builder, port: ServicePortRules, name: string, options: CompileOptions): void {
  const { protocol } = port;
  const refused = port.externalEndpoints.length === 0 && (!port.externalLocal || port.clusterEndpoints.length === 0);
  const verdict = refused ? "goto refuse" : `goto external-${name}`;
  const addresses = refused ? build.refused : build.byAddress;
  const nodePorts = refused ? build.refusedNodePorts : build.byNodePort;
  for (const address of port.externalIps) addresses.set(`${address} . ${protocol} . ${port.port}`, verdict);
  if (port.nodePort !== undefined) nodePorts.set(`${protocol} . ${port.nodePort}`, verdict);
  if (!refused) build.chains.set(`external-${name}`, { rules: externalRules(build, port, name, options) });
}

function externalRules(
  build: Builder,
  port: ServicePortRules,
  name: string,
  options: CompileOptions,
): readonly string[] {
  if (!port.externalLocal) {
    return ["jump mark-for-masquerade", ...balance(build, name, "out", port.externalEndpoints, port)];
  }
  // Pods and this node itself may use all endpoints; strangers only those here, and keep their source address.
  const near = port.clusterEndpoints.length > 0 ? `goto service-${name}` : "drop";
  const short = [
    `ip saddr ${options.podCidr} ${near}`,
    ...(near === "drop" ? [] : ["fib saddr type local jump mark-for-masquerade", `fib saddr type local ${near}`]),
  ];
  if (port.externalEndpoints.length === 0) return [...short, "drop"];
  return [...short, ...balance(build, name, "out", port.externalEndpoints, port)];
}

/** Rules that end in one of the endpoints, each equally likely. */
function balance(
  build: Builder,
  name: string,
  side: "in" | "out",
  endpoints: readonly Endpoint[],
  { protocol, affinitySeconds }: ServicePortRules,
): readonly string[] {
  if (affinitySeconds !== undefined) return sticky(build, { name, side, endpoints, protocol, affinitySeconds });
  const proto = `meta l4proto ${protocol}`;
  const [only] = endpoints;
  if (endpoints.length === 1 && only !== undefined) return [`${proto} dnat ip to ${only.address}:${only.port}`];
  const choices = endpoints.map((e, i) => `${i} : ${e.address} . ${e.port}`).join(", ");
  return [`${proto} dnat ip to numgen random mod ${endpoints.length} map { ${choices} }`];
}

interface Sticky {
  readonly name: string;
  readonly side: "in" | "out";
  readonly endpoints: readonly Endpoint[];
  readonly protocol: string;
  readonly affinitySeconds: number;
}

/** With client affinity each endpoint has a chain that remembers its clients for a while. */
function sticky(build: Builder, { name, side, endpoints, protocol, affinitySeconds }: Sticky): readonly string[] {
  const chainOf = (e: Endpoint): string => `endpoint-${side}-${name}-${e.address}/${e.port}`;
  const setOf = (e: Endpoint): string => `affinity-${affinitySeconds}-${side}-${name}-${e.address}/${e.port}`;
  for (const e of endpoints) {
    build.sets.set(setOf(e), {
      type: "ipv4_addr",
      dynamic: `flags dynamic, timeout; timeout ${affinitySeconds}s;`,
      elements: new Set(),
    });
    const remember = `update @${setOf(e)} { ip saddr }`;
    build.chains.set(chainOf(e), { rules: [remember, `meta l4proto ${protocol} dnat ip to ${e.address}:${e.port}`] });
  }
  const choices = endpoints.map((e, i) => `${i} : goto ${chainOf(e)}`).join(", ");
  return [
    ...endpoints.map((e) => `ip saddr @${setOf(e)} goto ${chainOf(e)}`),
    `numgen random mod ${endpoints.length} vmap { ${choices} }`,
  ];
}

/** Short, unique and readable: chain names are limited to 127 characters. */
function chainName(port: ServicePortRules): string {
  const full = `${port.service}/${port.protocol}/${port.portName}`;
  return `${hash(full)}-${full.slice(0, 50).replace(/[^a-zA-Z0-9/.-]/g, ".")}`;
}

function hash(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x1000193;
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193) >>> 0;
    b = Math.imul(b + text.charCodeAt(i), 0x85ebca6b) >>> 0;
  }
  return (a.toString(36) + b.toString(36)).slice(0, 10);
}
