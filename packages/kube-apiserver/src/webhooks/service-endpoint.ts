import { type Service, services } from "@skates/api/core/v1";
import { type EndpointSlice, endpointSlices } from "@skates/api/discovery/v1";
import type { Registry } from "@skates/apiserver";
import { pick, type Random } from "@skates/component-base";
import { parseAddress, parseCidr } from "../services/cidr.ts";
import type { WebhookServer } from "./webhook-target.ts";

/** A place behind a service. */
export interface ServiceEndpoint {
  readonly address: string;
  readonly port: number;
}

/** Ready places behind a port of a service, by the port's name, from the cache. */
export function readyEndpoints(
  registry: Registry,
  { metadata: { namespace = "", name } }: Service,
  portName: string,
): readonly ServiceEndpoint[] {
  const found: ServiceEndpoint[] = [];
  for (const slice of registry.cachedList<EndpointSlice>(endpointSlices, namespace)) {
    if (slice.metadata.labels?.["kubernetes.io/service-name"] !== name) continue;
    const port = (slice.ports ?? []).find((each) => (each.name ?? "") === portName)?.port;
    if (port === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const [address] = endpoint.addresses;
      if (endpoint.conditions?.ready !== false && address !== undefined) found.push({ address, port });
    }
  }
  return found;
}

/** A service as webhooks and API services refer to it. */
export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/**
 * One ready place behind a service, or the host that an ExternalName service stands for. Throws an Error in the words of upstream's
 * resolver, also when the address means this host or its link.
 */
function serviceEndpoint(registry: Registry, { namespace, name, port }: ServicePort, random: Random): ServiceEndpoint {
  const service = registry.cached<Service>(services, { namespace, name });
  if (service === undefined) throw new Error(`service ${JSON.stringify(name)} not found`);
  const { spec } = service;
  if (spec.type === "ExternalName") return { address: spec.externalName ?? "", port };
  const servicePort = (spec.ports ?? []).find((each) => each.port === port);
  if (servicePort === undefined) throw new Error(`no service port ${port} found for service ${JSON.stringify(name)}`);
  const found = readyEndpoints(registry, service, servicePort.name ?? "");
  const chosen = found[found.length === 0 ? 0 : pick(random, found.length)];
  if (chosen === undefined) throw new Error(`no endpoints available for service ${JSON.stringify(name)}`);
  if (isSpecialAddress(chosen.address)) throw new Error(`address not allowed: ${chosen.address}`);
  return chosen;
}

/** A server behind a service: at one of its ready places, under the service's name. Throws as `serviceEndpoint` does. */
export function serviceServer(
  registry: Registry,
  of: ServicePort,
  random: Random,
): Pick<WebhookServer, "origin" | "serverName" | "publicOnly"> {
  const { address, port } = serviceEndpoint(registry, of, random);
  return {
    origin: `https://${urlHost(address)}:${port}`,
    serverName: `${of.name}.${of.namespace}.svc`,
    publicOnly: true,
  };
}

/** An address or a name as it stands before a port: IPv6 between brackets. */
export function urlHost(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/** True for an address that means this host, its link or a group, also where an IPv4 one is written as IPv6. */
export function isSpecialAddress(text: string): boolean {
  const address = parseAddress(text);
  if (address === undefined) return false;
  return SPECIAL.some(({ family, base, size }) => {
    return family === address.family && address.value >= base && address.value < base + size;
  });
}

const SPECIAL = [
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "224.0.0.0/4",
  "255.255.255.255/32",
  "::/127",
  "fe80::/10",
  "ff00::/8",
  "::ffff:0.0.0.0/104",
  "::ffff:127.0.0.0/104",
  "::ffff:169.254.0.0/112",
].flatMap((text) => parseCidr(text) ?? []);
