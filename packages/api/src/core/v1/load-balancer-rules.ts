import {
  type FieldError,
  forbidden,
  invalid,
  isDns1123Subdomain,
  notSupported,
  type Path,
  required,
} from "@skates/apimachinery";
import { type Findings, invalidFor } from "../../checks.ts";
import { checkIp, parseIp } from "../../ip.ts";
import type { LoadBalancerIngress, LoadBalancerStatus } from "./load-balancer.ts";

const MODES = ["Proxy", "VIP"];

/** Points of entry of a service: addresses say how they are handled, and names are names. */
export function loadBalancerStatusFindings(status: LoadBalancerStatus, type: string | undefined, path: Path): Findings {
  const { ingress = [] } = status;
  const at = [...path, "ingress"];
  if (type !== "LoadBalancer" && ingress.length > 0) {
    return [forbidden(at, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  return ingress.flatMap((entry, index) => entryFindings(entry, [...at, index]));
}

function entryFindings({ ip = "", ipMode, hostname = "" }: LoadBalancerIngress, path: Path): Findings {
  const at = [...path, "ipMode"];
  const out: FieldError[] = ip === "" ? [] : [...checkIp([...path, "ip"], ip)];
  if (ipMode === undefined) {
    if (ip !== "") out.push(required(at, "must be specified when `ip` is set"));
  } else if (ip === "") out.push(forbidden(at, "may not be specified when `ip` is not set"));
  else if (!MODES.includes(ipMode)) out.push(notSupported(at, ipMode, MODES));
  return [...out, ...entryNameFindings(hostname, [...path, "hostname"])];
}

/** The name of a point of entry, if it has one; an address is none. */
export function entryNameFindings(hostname: string, path: Path): Findings {
  if (hostname === "") return [];
  const address = parseIp(hostname) !== undefined;
  return [
    ...invalidFor(path, hostname, isDns1123Subdomain(hostname)),
    ...(address ? [invalid(path, hostname, "must be a DNS name, not an IP address")] : []),
  ];
}
