import {
  type FieldError,
  forbidden,
  invalid,
  isDns1123Subdomain,
  isPortName,
  isPortNumber,
  isWildcardDns1123Subdomain,
  type Path,
  required,
  validateLabelSelector,
} from "@skates/apimachinery";
import { checkPort, checkSubdomain, type Findings, invalidFor } from "../../checks.ts";
import { checkCidr, parseCidr, parseIp } from "../../ip.ts";
import type { Ingress, HTTPIngressPath, IngressBackend, IngressRule, IngressSpec } from "./ingress.ts";
import type { IngressClass, IngressClassSpec } from "./ingress-class.ts";
import type { IPBlock, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from "./network-policy.ts";

/** An ingress leads somewhere. */
export function ingressSpecRules(spec: IngressSpec, _old: unknown, path: Path): Findings {
  const { rules = [], tls = [], defaultBackend } = spec;
  const out: FieldError[] = [];
  if (rules.length === 0 && defaultBackend === undefined) {
    out.push(invalid(path, rules, "either `defaultBackend` or `rules` must be specified"));
  }
  if (defaultBackend !== undefined) out.push(...backendFindings(defaultBackend, [...path, "defaultBackend"]));
  for (const [index, rule] of rules.entries()) out.push(...ruleFindings(rule, [...path, "rules", index]));
  for (const [index, { hosts = [], secretName }] of tls.entries()) {
    const at = [...path, "tls", index];
    out.push(...hosts.flatMap((host, i) => hostNameFindings(host, [...at, "hosts", i])));
    out.push(...checkSubdomain([...at, "secretName"], secretName));
  }
  return [...out, ...checkSubdomain([...path, "ingressClassName"], spec.ingressClassName)];
}

function hostNameFindings(host: string, path: Path): Findings {
  const check = host.includes("*") ? isWildcardDns1123Subdomain : isDns1123Subdomain;
  return invalidFor(path, host, check(host));
}

function ruleFindings(rule: IngressRule, path: Path): Findings {
  const { host = "", http } = rule;
  const out: FieldError[] = [];
  if (host !== "") {
    if (parseIp(host) !== undefined)
      out.push(invalid([...path, "host"], host, "must be a DNS name, not an IP address"));
    else out.push(...hostNameFindings(host, [...path, "host"]));
  }
  if (http === undefined) return out;
  return [...out, ...http.paths.flatMap((one, index) => pathFindings(one, [...path, "http", "paths", index]))];
}

const SEQUENCES = ["//", "/./", "/../", "%2f", "%2F"];
const SUFFIXES = ["/..", "/."];

function pathFindings(one: HTTPIngressPath, path: Path): Findings {
  const { path: text = "", pathType } = one;
  const at = [...path, "path"];
  const out: FieldError[] = [];
  if (pathType === undefined) out.push(required([...path, "pathType"], "pathType must be specified"));
  else if (pathType !== "ImplementationSpecific" || text !== "") {
    if (!text.startsWith("/")) out.push(invalid(at, text, "must be an absolute path"));
    if (pathType !== "ImplementationSpecific") {
      for (const bad of SEQUENCES) if (text.includes(bad)) out.push(invalid(at, text, `must not contain '${bad}'`));
      for (const bad of SUFFIXES) if (text.endsWith(bad)) out.push(invalid(at, text, `cannot end with '${bad}'`));
    }
  }
  return [...out, ...backendFindings(one.backend, [...path, "backend"])];
}

function backendFindings(backend: IngressBackend, path: Path): Findings {
  const { service, resource } = backend;
  if (service !== undefined && resource !== undefined) {
    return [invalid(path, "", "cannot set both resource and service backends")];
  }
  if (resource !== undefined) return [];
  if (service === undefined) return [required(path, "resource or service backend is required")];
  const { name = "", number = 0 } = service.port ?? {};
  const at = [...path, "service", "port"];
  if (name !== "" && number !== 0) return [invalid(path, "", "cannot set both port name & port number")];
  if (name === "" && number === 0) return [required(path, "port name or number is required")];
  if (name !== "") return invalidFor([...at, "name"], name, isPortName(name));
  return invalidFor([...at, "number"], number, isPortNumber(number));
}

/** A class names its controller. */
export function ingressClassSpecRules(spec: IngressClassSpec, _old: unknown, path: Path): Findings {
  const { controller = "", parameters } = spec;
  const out: FieldError[] = controller === "" ? [required([...path, "controller"])] : [];
  if (parameters === undefined) return out;
  const at = [...path, "parameters"];
  const { scope, namespace } = parameters;
  if (scope === "Cluster" && namespace !== undefined) {
    out.push(forbidden([...at, "namespace"], "`parameters.scope` is set to 'Cluster'"));
  }
  if (scope === "Namespace" && (namespace ?? "") === "") {
    out.push(required([...at, "namespace"], "`parameters.scope` is set to 'Namespace'"));
  }
  return out;
}

/** A class keeps its controller. */
export function ingressClassErrors(next: IngressClass, old: IngressClass | undefined): Findings {
  if (old === undefined || next.spec.controller === old.spec.controller) return [];
  return [invalid(["spec", "controller"], next.spec.controller, "field is immutable")];
}

/** Ports, peers and types of a policy. */
export function networkPolicySpecRules(spec: NetworkPolicySpec, _old: unknown, path: Path): Findings {
  const types = spec.policyTypes ?? [];
  const at = (list: string, index: number): Path => [...path, list, index];
  return [
    ...validateLabelSelector(spec.podSelector, [...path, "podSelector"]),
    ...(spec.ingress ?? []).flatMap((rule, index) => [
      ...(rule.ports ?? []).flatMap((port, i) => policyPortFindings(port, [...at("ingress", index), "ports", i])),
      ...(rule.from ?? []).flatMap((peer, i) => peerFindings(peer, [...at("ingress", index), "from", i])),
    ]),
    ...(spec.egress ?? []).flatMap((rule, index) => [
      ...(rule.ports ?? []).flatMap((port, i) => policyPortFindings(port, [...at("egress", index), "ports", i])),
      ...(rule.to ?? []).flatMap((peer, i) => peerFindings(peer, [...at("egress", index), "to", i])),
    ]),
    ...(types.length > 2
      ? [invalid([...path, "policyTypes"], types, "may not specify more than two policyTypes")]
      : []),
  ];
}

function policyPortFindings({ port, endPort }: NetworkPolicyPort, path: Path): Findings {
  const at = [...path, "endPort"];
  const out: FieldError[] = port === undefined ? [] : [...checkPort([...path, "port"], port)];
  if (endPort === undefined) return out;
  if (port === undefined) return [invalid(at, endPort, "may not be specified when `port` is not specified"), ...out];
  if (typeof port === "string") {
    return [invalid(at, endPort, "may not be specified when `port` is non-numeric"), ...out];
  }
  // Upstream shows the port here, not the end.
  if (endPort < port) out.push(invalid(at, port, "must be greater than or equal to `port`"));
  return [...out, ...invalidFor(at, endPort, isPortNumber(endPort))];
}

function peerFindings({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, path: Path): Findings {
  const selects = podSelector !== undefined || namespaceSelector !== undefined;
  const out: FieldError[] = [
    ...validateLabelSelector(podSelector, [...path, "podSelector"]),
    ...validateLabelSelector(namespaceSelector, [...path, "namespaceSelector"]),
    ...(ipBlock === undefined ? [] : ipBlockFindings(ipBlock, [...path, "ipBlock"])),
  ];
  if (!selects && ipBlock === undefined) out.push(required(path, "must specify a peer"));
  else if (selects && ipBlock !== undefined) out.push(forbidden(path, "may not specify both ipBlock and another peer"));
  return out;
}

function ipBlockFindings({ cidr, except = [] }: IPBlock, path: Path): Findings {
  if (cidr === "") return [];
  const wrong = checkCidr([...path, "cidr"], cidr);
  if (wrong.length > 0) return wrong;
  return except.flatMap((hole, index) => {
    const at = [...path, "except", index];
    const bad = checkCidr(at, hole);
    if (bad.length > 0) return bad;
    return isWithin(hole, cidr) ? [] : [invalid(at, hole, `must be a strict subset of \`cidr\``)];
  });
}

function isWithin(inner: string, outer: string): boolean {
  const a = parseCidr(inner);
  const b = parseCidr(outer);
  if (a === undefined || b === undefined || a.ip.family !== b.ip.family || a.prefix <= b.prefix) return false;
  const bits = (bytes: readonly number[]): string => bytes.map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits(a.ip.bytes).slice(0, b.prefix) === bits(b.ip.bytes).slice(0, b.prefix);
}

const CLASS_ANNOTATION = "kubernetes.io/ingress.class";

/** The old way to name a class and the new one agree when an ingress is made. */
export function ingressErrors({ metadata, spec }: Ingress, old: Ingress | undefined): Findings {
  const { ingressClassName } = spec;
  const name = metadata.annotations?.[CLASS_ANNOTATION];
  if (old !== undefined || name === undefined || ingressClassName === undefined || name === ingressClassName) return [];
  const detail = "must match `ingressClassName` when both are specified";
  return [invalid(["annotations", CLASS_ANNOTATION], name, detail)];
}
