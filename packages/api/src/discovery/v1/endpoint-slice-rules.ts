import {
  duplicate,
  type FieldError,
  invalid,
  isDns1123Label,
  isDns1123Subdomain,
  isLabelValue,
  type Path,
  tooMany,
} from "@skates/apimachinery";
import { checkLabel, checkQualifiedName, checkSubdomain, type Findings, invalidFor } from "../../checks.ts";
import { checkNoSpecialIp, parseIp } from "../../ip.ts";
import type { Endpoint, EndpointPort, EndpointSlice } from "./endpoint-slice.ts";

const ENDPOINTS_MAX = 1000;
const PORTS_MAX = 20_000;
const ZONES_MAX = 8;

/** Addresses of the slice's type, ports with names of their own, and a bound on all. */
export function endpointSliceRules(slice: EndpointSlice, _old: unknown, path: Path): Findings {
  const endpoints = slice.endpoints ?? [];
  const ports = slice.ports ?? [];
  return [
    ...(endpoints.length > ENDPOINTS_MAX ? [tooMany([...path, "endpoints"], endpoints.length, ENDPOINTS_MAX)] : []),
    ...endpoints.flatMap((endpoint, index) =>
      endpointFindings(endpoint, slice.addressType, [...path, "endpoints", index]),
    ),
    ...(ports.length > PORTS_MAX
      ? [tooMany([...path, "ports"], ports.length, PORTS_MAX)]
      : portsFindings(ports, [...path, "ports"])),
  ];
}

function endpointFindings(endpoint: Endpoint, type: EndpointSlice["addressType"], path: Path): Findings {
  const { addresses, hostname, nodeName, zone } = endpoint;
  const zones = endpoint.hints?.forZones ?? [];
  const seen = new Set<string>();
  return [
    ...addresses.flatMap((address, index) => addressFindings(address, type, [...path, "addresses", index])),
    ...checkSubdomain([...path, "nodeName"], nodeName),
    ...(zone === undefined ? [] : invalidFor([...path, "zone"], zone, isLabelValue(zone))),
    ...(hostname === undefined ? [] : invalidFor([...path, "hostname"], hostname, isDns1123Label(hostname))),
    ...(zones.length > ZONES_MAX ? [tooMany([...path, "hints", "forZones"], zones.length, ZONES_MAX)] : []),
    ...zones.flatMap(({ name }, index): readonly FieldError[] => {
      const at = [...path, "hints", "forZones", index, "name"];
      const again = seen.has(name);
      seen.add(name);
      return again ? [duplicate(at.slice(0, -1), name)] : invalidFor(at, name, isLabelValue(name));
    }),
  ];
}

function addressFindings(address: string, type: EndpointSlice["addressType"], path: Path): Findings {
  if (type === "FQDN") return invalidFor(path, address, isDns1123Subdomain(address));
  if (parseIp(address)?.family === type) return checkNoSpecialIp(path, address);
  return [invalid(path, address, `must be an ${type} address`)];
}

function portsFindings(ports: readonly EndpointPort[], path: Path): Findings {
  const names = new Set<string>();
  return ports.flatMap(({ name = "", appProtocol }, index) => {
    const at = [...path, index];
    const again = names.has(name);
    names.add(name);
    return [
      ...checkLabel([...at, "name"], name),
      ...(again ? [duplicate([...at, "name"], name)] : []),
      ...(appProtocol === undefined ? [] : checkQualifiedName([...at, "appProtocol"], appProtocol)),
    ];
  });
}
