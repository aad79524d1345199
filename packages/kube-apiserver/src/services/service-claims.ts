import {
  needsClusterIp,
  needsHealthCheckPort,
  needsNodePort,
  type Service,
  type ServicePort,
  type ServiceSpec,
} from "@skates/api/core/v1";
import {
  type Claim,
  invalid,
  invalidStatus,
  keyOf,
  type Path,
  type RequestInfo,
  StatusError,
} from "@skates/apimachinery";
import { hasCode, messageOf } from "@skates/component-base";
import { parseAddress } from "./cidr.ts";
import type { ClusterAddresses } from "./cluster-addresses.ts";
import { familyFindings, withIpFamilies } from "./ip-families.ts";
import type { NodePorts, PortClaims } from "./node-ports.ts";

export interface ServiceClaimsOptions {
  readonly addresses: ClusterAddresses;
  readonly ports: NodePorts;
}

/** A service on its way into the store, and what it had before. */
interface ServiceWrite {
  readonly next: Service;
  readonly old: Service | undefined;
  readonly request: RequestInfo;
}

/** Gives a service its addresses and node ports. What it no longer needs is given back once the write is stored. */
export async function claimForService(
  { addresses, ports }: ServiceClaimsOptions,
  write: ServiceWrite,
  signal: AbortSignal,
): Promise<Claim<Service>> {
  if (write.request.subresource !== undefined && write.request.subresource !== "") return unclaimed(write.next);
  const key = keyOf(write.next);
  const completed = withIpFamilies(write.next, addresses.families());
  const findings = familyFindings(completed, addresses.families());
  if (findings.length > 0) throw invalidStatus({ group: "", kind: "Service" }, key.name, findings);
  const portClaims = await ports.begin(key, signal);
  const claimed: string[] = [];
  const giveBack = async (texts: readonly string[]): Promise<void> => {
    // Given back also when the request was cut off.
    for (const text of texts) await addresses.release(text, key, new AbortController().signal);
  };
  try {
    const withPorts = claimPorts(completed, portClaims);
    const object = await claimAddresses(addresses, { ...write, next: withPorts }, { claimed, signal });
    const dropped = addressesOf(write.old).filter((text) => !addressesOf(object).includes(text));
    return {
      object,
      finish: async (committed) => {
        await portClaims.end(committed);
        await giveBack(committed ? dropped : claimed);
      },
    };
  } catch (error) {
    await portClaims.end(false);
    await giveBack(claimed);
    throw refusalOf(error, completed, ["spec", "clusterIPs"]);
  }
}

function unclaimed(object: Service): Claim<Service> {
  return { object, finish: () => Promise.resolve() };
}

/** The addresses that stand for claims. */
export function addressesOf(service: Service | undefined): readonly string[] {
  if (service === undefined || !needsClusterIp(service.spec)) return [];
  return (service.spec.clusterIPs ?? []).filter((text) => text !== "" && text !== "None");
}

async function claimAddresses(
  addresses: ClusterAddresses,
  { next, old, request }: ServiceWrite,
  { claimed, signal }: { readonly claimed: string[]; readonly signal: AbortSignal },
): Promise<Service> {
  const { spec } = next;
  const families = spec.ipFamilies ?? [];
  const given = spec.clusterIPs ?? ((spec.clusterIP ?? "") === "" ? [] : [spec.clusterIP ?? ""]);
  // What is malformed is left to validation, which says so better.
  const malformed = given.some((text) => text !== "None" && text !== "" && parseAddress(text) === undefined);
  if (!needsClusterIp(spec) || given[0] === "None" || malformed) return next;
  const kept = new Set(addressesOf(old));
  const out: string[] = [];
  for (const [index, family] of families.entries()) {
    const text = given[index] ?? "";
    if (kept.has(text)) {
      out.push(text);
      continue;
    }
    if (family === "") continue;
    if (request.dryRun) {
      if (text !== "") addresses.check(text);
      out.push(text === "" ? addresses.suggest(family) : text);
      continue;
    }
    const key = keyOf(next);
    if (text !== "") await addresses.claim(text, key, signal);
    const address = text === "" ? await addresses.claimAny(family, key, signal) : text;
    claimed.push(address);
    out.push(address);
  }
  const same = out.length === given.length && out.every((text, i) => text === given[i]) && spec.clusterIP === out[0];
  return same ? next : { ...next, spec: { ...spec, clusterIP: out[0], clusterIPs: out } };
}

function claimPorts(service: Service, claims: PortClaims): Service {
  const { spec } = service;
  let next: ServiceSpec = spec;
  if (needsNodePort(spec)) {
    const ports = (spec.ports ?? []).map((port, index) => claimGiven(service, claims, { port, index }));
    next = { ...next, ports: claimMissing(ports, claims) };
  }
  if (needsHealthCheckPort(spec)) {
    const wanted = spec.healthCheckNodePort ?? 0;
    if (wanted !== 0)
      claimOne(service, () => claims.claim(wanted), { path: ["spec", "healthCheckNodePort"], value: wanted });
    else next = { ...next, healthCheckNodePort: claims.claimAny(new Set()) };
  }
  return next === spec ? service : { ...service, spec: next };
}

function claimGiven(
  service: Service,
  claims: PortClaims,
  { port, index }: { readonly port: ServicePort; readonly index: number },
): ServicePort {
  const wanted = port.nodePort ?? 0;
  if (wanted !== 0) {
    claimOne(service, () => claims.claim(wanted), { path: ["spec", "ports", index, "nodePort"], value: wanted });
  }
  return port;
}

/** Ports that differ only in their protocol share one node port. */
function claimMissing(ports: readonly ServicePort[], claims: PortClaims): readonly ServicePort[] {
  const given = new Set(ports.map((port) => port.nodePort ?? 0));
  const byPort = new Map<number, Map<number, Set<string>>>();
  const note = (port: ServicePort, nodePort: number): void => {
    const known = byPort.get(port.port) ?? new Map<number, Set<string>>();
    byPort.set(port.port, known.set(nodePort, (known.get(nodePort) ?? new Set()).add(port.protocol ?? "TCP")));
  };
  for (const port of ports) if ((port.nodePort ?? 0) !== 0) note(port, port.nodePort ?? 0);
  return ports.map((port) => {
    if ((port.nodePort ?? 0) !== 0) return port;
    const protocol = port.protocol ?? "TCP";
    const shared = [...(byPort.get(port.port) ?? [])].find(([, protocols]) => !protocols.has(protocol));
    const nodePort = shared?.[0] ?? claims.claimAny(given);
    note(port, nodePort);
    return { ...port, nodePort };
  });
}

function claimOne(service: Service, claim: () => void, at: { readonly path: Path; readonly value: number }): void {
  try {
    claim();
  } catch (error) {
    if (!hasCode(error, "PortRefused")) throw error;
    throw invalidStatus({ group: "", kind: "Service" }, service.metadata.name, [
      invalid(at.path, at.value, messageOf(error)),
    ]);
  }
}

function refusalOf(error: unknown, service: Service, path: Path): unknown {
  if (hasCode(error, "AddressRefused")) {
    const given = service.spec.clusterIPs ?? [service.spec.clusterIP ?? ""];
    return invalidStatus({ group: "", kind: "Service" }, service.metadata.name, [
      invalid(path, given, messageOf(error)),
    ]);
  }
  if (hasCode(error, "RangeFull"))
    return new StatusError("InternalError", `Internal error occurred: ${messageOf(error)}`);
  return error;
}
