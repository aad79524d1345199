import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  isDns1123Subdomain,
  notSupported,
  type Path,
  required,
  validateLabels,
} from "@skates/apimachinery";
import { checkLabel, checkPort, checkQualifiedName, type Findings, invalidFor } from "../../checks.ts";
import { checkCidr, checkIp, checkNoSpecialIp, parseIp } from "../../ip.ts";
import type { Service, ServicePort, ServiceSpec } from "./service.ts";
import { headlessService, needsHealthCheckPort } from "./service-types.ts";

const AFFINITY_SECONDS_MAX = 86_400;
const DISTRIBUTIONS = ["PreferClose", "PreferSameNode", "PreferSameZone"];

/** What must hold for every service. */
export function serviceErrors(service: Service, old: Service | undefined): Findings {
  const { spec } = service;
  const portless = (spec.ports ?? []).length === 0 && !headlessService(service) && spec.type !== "ExternalName";
  return [
    ...(portless ? [required(["spec", "ports"])] : []),
    ...typeFindings(service),
    ...portsFindings(spec),
    ...validateLabels(spec.selector, ["spec", "selector"]),
    ...affinityFindings(spec),
    ...clusterIpFindings(service),
    ...externalFindings(spec),
    ...trafficFindings(spec),
    ...classFindings(service, old),
    ...annotationFindings(service, old),
  ];
}

function typeFindings(service: Service): Findings {
  const { spec } = service;
  const type = spec.type ?? "ClusterIP";
  const out: FieldError[] = [];
  if ((type === "LoadBalancer" || type === "NodePort") && headlessService(service)) {
    out.push(invalid(["spec", "clusterIPs", 0], "None", `may not be set to 'None' for ${type} services`));
  }
  if (type !== "ExternalName") return out;
  for (const name of ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] as const) {
    const value = spec[name];
    const given = Array.isArray(value) ? value.length > 0 : value !== undefined;
    if (given) out.push(forbidden(["spec", name], "may not be set for ExternalName services"));
  }
  const name = (spec.externalName ?? "").replace(/\.$/, "");
  if (name === "") out.push(required(["spec", "externalName"]));
  else out.push(...invalidFor(["spec", "externalName"], name, isDns1123Subdomain(name)));
  return out;
}

function portsFindings(spec: ServiceSpec): Findings {
  const ports = spec.ports ?? [];
  const names = new Set<string>();
  const numbers = new Set<string>();
  const nodePorts = new Set<string>();
  return ports.flatMap((port, index) => {
    const path = ["spec", "ports", index];
    const out: FieldError[] = [...portFindings(port, path)];
    const { name = "", protocol = "TCP", nodePort = 0 } = port;
    if (name === "" && ports.length > 1) out.push(required([...path, "name"]));
    if (name !== "" && names.has(name)) out.push(duplicate([...path, "name"], name));
    names.add(name);
    if (spec.type === "ClusterIP" && nodePort !== 0) {
      out.push(forbidden([...path, "nodePort"], "may not be used when `type` is 'ClusterIP'"));
    }
    const onNodes = `${protocol}/${nodePort}`;
    if (nodePort !== 0 && nodePorts.has(onNodes)) out.push(duplicate([...path, "nodePort"], nodePort));
    nodePorts.add(onNodes);
    const number = `${protocol}/${port.port}`;
    if (numbers.has(number)) out.push(duplicate(path, internalPort(protocol, port.port)));
    numbers.add(number);
    return out;
  });
}

/** Upstream shows its own form of a port here, of which only these two are filled in. */
function internalPort(Protocol: string, Port: number): object {
  return { Name: "", Protocol, AppProtocol: null, Port, TargetPort: 0, NodePort: 0 };
}

function portFindings(port: ServicePort, path: Path): Findings {
  return [
    ...checkLabel([...path, "name"], port.name),
    ...checkPort([...path, "port"], port.port),
    ...checkPort([...path, "targetPort"], port.targetPort ?? 0),
    ...(port.appProtocol === undefined ? [] : checkQualifiedName([...path, "appProtocol"], port.appProtocol)),
  ];
}

function affinityFindings(spec: ServiceSpec): Findings {
  const path = ["spec", "sessionAffinityConfig"];
  if (spec.sessionAffinity !== "ClientIP") {
    if (spec.sessionAffinityConfig === undefined) return [];
    return [forbidden(path, "must not be set when session affinity is None")];
  }
  const detail = "when session affinity type is ClientIP";
  if (spec.sessionAffinityConfig === undefined) return [required(path, detail)];
  const { clientIP } = spec.sessionAffinityConfig;
  if (clientIP === undefined) return [required([...path, "clientIP"], detail)];
  const seconds = clientIP.timeoutSeconds;
  if (seconds === undefined) return [required([...path, "clientIP", "timeoutSeconds"], detail)];
  if (seconds > 0 && seconds <= AFFINITY_SECONDS_MAX) return [];
  const range = `must be greater than 0 and less than ${AFFINITY_SECONDS_MAX}`;
  return [invalid([...path, "clientIP", "timeoutSeconds"], seconds, range)];
}

/** Addresses, families and the policy on families agree. */
function clusterIpFindings({ spec }: Service): Findings {
  if (spec.type === "ExternalName") return [];
  const { clusterIP = "", clusterIPs = [], ipFamilies = [] } = spec;
  const path = ["spec", "clusterIPs"];
  const out: FieldError[] = [];
  for (const [index, family] of ipFamilies.entries()) {
    if (ipFamilies.indexOf(family) !== index) out.push(duplicate(["spec", "ipFamilies", index], family));
  }
  if (clusterIP === "" && clusterIPs.length > 0) {
    out.push(invalid(path, clusterIPs, "must be empty when `clusterIP` is not specified"));
  } else if (clusterIP !== "" && clusterIPs.length === 0) out.push(required(path));
  else if (clusterIP !== (clusterIPs[0] ?? "")) {
    out.push(invalid(path, clusterIPs, "first value must match `clusterIP`"));
  }
  if (clusterIPs.length > 2) out.push(invalid(path, clusterIPs, "may only hold up to 2 values"));
  if (clusterIPs[0] === "None") {
    if (clusterIPs.length > 1) out.push(invalid(path, clusterIPs, "'None' must be the first and only value"));
    return out;
  }
  const wrong = clusterIPs.flatMap((ip, index) => checkIp([...path, index], ip));
  out.push(...wrong);
  if (wrong.length > 0) return out;
  const families = clusterIPs.map((ip) => parseIp(ip)?.family);
  if (clusterIPs.length > 1 && new Set(families).size !== clusterIPs.length) {
    out.push(invalid(path, clusterIPs, "may specify no more than one IP for each IP family"));
  }
  families.forEach((family, index) => {
    const wanted = ipFamilies[index];
    if (family === undefined || wanted === undefined || family === wanted) return;
    out.push(
      invalid(
        [...path, index],
        clusterIPs[index],
        `expected an ${wanted} value as indicated by \`ipFamilies[${index}]\``,
      ),
    );
  });
  return out;
}

function externalFindings(spec: ServiceSpec): Findings {
  const balanced = spec.type === "LoadBalancer";
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const path = ["spec", "LoadBalancerSourceRanges"];
  const only = "may only be used when `type` is 'LoadBalancer'";
  const addresses = (spec.externalIPs ?? []).flatMap((ip, index) => {
    const wrong = checkIp(["spec", "externalIPs", index], ip);
    return wrong.length > 0 ? wrong : checkNoSpecialIp(["spec", "externalIPs", index], ip);
  });
  return [
    ...addresses,
    ...(ranges.length > 0 && !balanced ? [forbidden(path, only)] : []),
    ...ranges.flatMap((range, index) => checkCidr([...path, index], range.trim())),
    ...(spec.allocateLoadBalancerNodePorts !== undefined && !balanced
      ? [forbidden(["spec", "allocateLoadBalancerNodePorts"], only)]
      : []),
  ];
}

function trafficFindings(spec: ServiceSpec): Findings {
  const { type, externalTrafficPolicy, healthCheckNodePort = 0, trafficDistribution } = spec;
  const external =
    type === "NodePort" || type === "LoadBalancer" || (type === "ClusterIP" && (spec.externalIPs ?? []).length > 0);
  const out: FieldError[] = [];
  if (externalTrafficPolicy !== undefined && !external) {
    const path = ["spec", "externalTrafficPolicy"];
    out.push(invalid(path, externalTrafficPolicy, "may only be set for externally-accessible services"));
  }
  if (healthCheckNodePort !== 0) {
    const path = ["spec", "healthCheckNodePort"];
    if (needsHealthCheckPort(spec)) out.push(...checkPort(path, healthCheckNodePort));
    else {
      const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
      out.push(invalid(path, healthCheckNodePort, detail));
    }
  }
  if (trafficDistribution !== undefined && !DISTRIBUTIONS.includes(trafficDistribution)) {
    out.push(notSupported(["spec", "trafficDistribution"], trafficDistribution, DISTRIBUTIONS));
  }
  return out;
}

function classFindings({ spec }: Service, old: Service | undefined): Findings {
  const path = ["spec", "loadBalancerClass"];
  const { loadBalancerClass: name } = spec;
  const balanced = spec.type === "LoadBalancer";
  if (old?.spec.type === "LoadBalancer" && balanced && name !== old.spec.loadBalancerClass) {
    return [invalid(path, name ?? null, "may not change once set")];
  }
  if (name === undefined) return [];
  if (!balanced) return [forbidden(path, "may only be used when `type` is 'LoadBalancer'")];
  return checkQualifiedName(path, name);
}

/** Addresses and families, once given, stay, unless the service stops being one with an address. */
export function serviceUpdateErrors(next: Service, old: Service): Findings {
  const out: FieldError[] = [];
  if (needsHealthCheckPort(old.spec) && needsHealthCheckPort(next.spec)) {
    if ((old.spec.healthCheckNodePort ?? 0) !== (next.spec.healthCheckNodePort ?? 0)) {
      out.push(forbidden(["spec", "healthCheckNodePort"], "field is immutable"));
    }
  }
  if (old.spec.type === "ExternalName" || next.spec.type === "ExternalName") return out;
  return [...out, ...clusterIpUpdateErrors(next, old), ...familyUpdateErrors(next, old)];
}

function clusterIpUpdateErrors(next: Service, old: Service): Findings {
  const [was, is] = [headlessService(old), headlessService(next)];
  if (was && is) return [];
  const before = old.spec.clusterIPs ?? [];
  const after = next.spec.clusterIPs ?? [];
  const changed = (index: number): FieldError =>
    invalid(["spec", "clusterIPs", index], after, "may not change once set");
  if (before.length === after.length) return before.flatMap((ip, i) => (ip === after[i] ? [] : [changed(i)]));
  if (after.length === 0) return [invalid(["spec", "clusterIPs", 0], after, "primary clusterIP can not be unset")];
  const out: FieldError[] = before.length > 0 && before[0] !== after[0] ? [changed(0)] : [];
  if (after.length > before.length) return out;
  return [...out, ...releaseFindings(next, after, "clusterIP")];
}

function familyUpdateErrors(next: Service, old: Service): Findings {
  if (headlessService(old) || headlessService(next)) return [];
  const before = old.spec.ipFamilies ?? [];
  const after = next.spec.ipFamilies ?? [];
  const path = ["spec", "ipFamilies", 0];
  const stays = "may not change once set";
  if (before.length === after.length) {
    return before.flatMap((family, i) => (family === after[i] ? [] : [invalid(path, after, stays)]));
  }
  const { clusterIPs = [] } = next.spec;
  const out: FieldError[] = [];
  const released = before.length > after.length;
  if (released && clusterIPs.length === 0) out.push(invalid(path, after, "primary ipFamily can not be unset"));
  if (before.length > 0 && after.length > 0 && before[0] !== after[0]) out.push(invalid(path, clusterIPs, stays));
  return released ? [...out, ...releaseFindings(next, after, "ipFamily")] : out;
}

/** Who gives up the second of two says so. */
function releaseFindings({ spec }: Service, after: readonly string[], what: string): Findings {
  if (after.length !== 1 || spec.ipFamilyPolicy === "SingleStack") return [];
  const detail = `must be set to 'SingleStack' when releasing the secondary ${what}`;
  return [invalid(["spec", "ipFamilyPolicy"], spec.ipFamilyPolicy ?? null, detail)];
}

const TOPOLOGY_HINTS = "service.kubernetes.io/topology-aware-hints";
const TOPOLOGY_MODE = "service.kubernetes.io/topology-mode";
const SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges";

/** Old ways to say what fields say now. */
function annotationFindings({ metadata, spec }: Service, old: Service | undefined): Findings {
  const { annotations = {} } = metadata;
  const at = (key: string): Path => ["metadata", "annotations", { key }];
  const out: FieldError[] = [];
  const hints = annotations[TOPOLOGY_HINTS];
  const mode = annotations[TOPOLOGY_MODE];
  if (mode !== undefined && hints !== undefined && mode !== hints) {
    const detail = `must match annotations[${TOPOLOGY_HINTS}] when both are specified`;
    out.push(invalid(at(TOPOLOGY_MODE), mode, detail));
  }
  const ranges = annotations[SOURCE_RANGES];
  if (ranges === undefined || (spec.loadBalancerSourceRanges ?? []).length > 0) return out;
  if (spec.type !== "LoadBalancer") {
    out.push(forbidden(at(SOURCE_RANGES), "may only be used when `type` is 'LoadBalancer'"));
  }
  if (ranges.trim() === "" || old?.metadata.annotations?.[SOURCE_RANGES] === ranges) return out;
  return [...out, ...ranges.split(",").flatMap((range) => checkCidr(at(SOURCE_RANGES), range.trim()))];
}
