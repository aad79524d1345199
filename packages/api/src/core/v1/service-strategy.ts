import { equalValues, type FieldText, type Strategy } from "@skates/apimachinery";
import type { Service, ServicePort, ServiceSpec } from "./service.ts";
import { loadBalancerStatusFindings } from "./load-balancer-rules.ts";
import { serviceErrors, serviceUpdateErrors } from "./service-rules.ts";
import { needsClusterIp, needsHealthCheckPort, needsNodePort } from "./service-types.ts";
import { serviceWarnings } from "./service-warnings.ts";

/** Where services depart from the conventions. Addresses and node ports are claimed by the server (`begin`). */
export const serviceStrategy: Strategy<Service> = {
  prepare(next, old, request) {
    if (request.subresource === "status") return next;
    const typed = old === undefined ? next.spec : withoutOldTypesFields(next.spec, old.spec);
    const kept = old === undefined ? typed : withKeptAllocations(typed, old.spec);
    const spec = withClusterIps(kept, old?.spec);
    const unbalanced = old !== undefined && spec.type !== "LoadBalancer" && next.status?.loadBalancer !== undefined;
    if (unbalanced) return { ...next, spec, status: { ...next.status, loadBalancer: {} } };
    return spec === next.spec ? next : { ...next, spec };
  },
  validate(next, old, request) {
    if (request.subresource === "status") {
      return loadBalancerStatusFindings(next.status?.loadBalancer ?? {}, next.spec.type, ["status", "loadBalancer"]);
    }
    return [...serviceErrors(next, old), ...(old === undefined ? [] : serviceUpdateErrors(next, old))];
  },
  warnings: serviceWarnings,
  returnsDeleted: true,
};

/** Field selectors of services. */
export const serviceFields: Readonly<Record<string, FieldText<Service>>> = {
  "spec.clusterIP": (service) => service.spec.clusterIP ?? "",
  "spec.type": (service) => service.spec.type ?? "",
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** `clusterIP` and the first of `clusterIPs` are the same thing; the one that was written decides. */
function withClusterIps(spec: ServiceSpec, old: ServiceSpec | undefined): ServiceSpec {
  const { clusterIP = "", clusterIPs = [] } = spec;
  if (old === undefined)
    return clusterIP !== "" && clusterIPs.length === 0 ? { ...spec, clusterIPs: [clusterIP] } : spec;
  const before = old.clusterIP ?? "";
  if (before === clusterIP || !equalValues(clusterIPs, old.clusterIPs ?? [])) return spec;
  if (clusterIP === "") return { ...spec, clusterIPs: undefined };
  return before === "" || clusterIPs[0] === before ? { ...spec, clusterIPs: [clusterIP] } : spec;
}

/** An update that leaves out what the server had allocated keeps it. */
function withKeptAllocations(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const next: Mutable<ServiceSpec> = { ...spec };
  if (needsClusterIp(old) && needsClusterIp(spec)) {
    if ((spec.clusterIP ?? "") === "") next.clusterIP = old.clusterIP;
    if ((spec.clusterIPs ?? []).length === 0 && next.clusterIP === old.clusterIP) next.clusterIPs = old.clusterIPs;
  }
  if (needsNodePort(old) && needsNodePort(spec)) next.ports = withKeptNodePorts(spec.ports, old.ports);
  if (needsHealthCheckPort(old) && needsHealthCheckPort(spec) && (spec.healthCheckNodePort ?? 0) === 0) {
    next.healthCheckNodePort = old.healthCheckNodePort;
  }
  return equalValues(next, spec) ? spec : next;
}

function withKeptNodePorts(ports: ServiceSpec["ports"], old: ServiceSpec["ports"]): ServiceSpec["ports"] {
  const keyOfPort = (port: ServicePort): string => `${port.protocol ?? "TCP"}/${port.port}`;
  const taken = new Set((ports ?? []).map((port) => port.nodePort ?? 0));
  const before = new Map((old ?? []).map((port) => [keyOfPort(port), port.nodePort ?? 0]));
  return ports?.map((port) => {
    const kept = before.get(keyOfPort(port)) ?? 0;
    return (port.nodePort ?? 0) === 0 && kept !== 0 && !taken.has(kept) ? { ...port, nodePort: kept } : port;
  });
}

/** What only the old type had is dropped when the type changes and the client did not touch it. */
function withoutOldTypesFields(spec: ServiceSpec, old: ServiceSpec): ServiceSpec {
  const next: Mutable<ServiceSpec> = { ...spec };
  const drop = (...names: readonly (keyof ServiceSpec)[]): void => {
    if (names.every((name) => equalValues(spec[name], old[name]))) for (const name of names) delete next[name];
  };
  if (needsClusterIp(old) && !needsClusterIp(spec)) {
    drop("clusterIP", "clusterIPs");
    drop("ipFamilies");
    drop("ipFamilyPolicy");
  }
  if (onNodes(old) && !onNodes(spec) && sameNodePorts(spec, old)) {
    next.ports = spec.ports?.map((port) => ({ ...port, nodePort: undefined }));
  }
  if (needsHealthCheckPort(old) && !needsHealthCheckPort(spec)) drop("healthCheckNodePort");
  if (old.type === "LoadBalancer" && spec.type !== "LoadBalancer") {
    drop("allocateLoadBalancerNodePorts");
    drop("loadBalancerClass");
  }
  if (external(old) && !external(spec)) drop("externalTrafficPolicy");
  return equalValues(next, spec) ? spec : next;
}

function onNodes({ type }: ServiceSpec): boolean {
  return type === "NodePort" || type === "LoadBalancer";
}

/** No node port is new: the client did not ask for any. */
function sameNodePorts(spec: ServiceSpec, old: ServiceSpec): boolean {
  const before = new Set((old.ports ?? []).map((port) => port.nodePort ?? 0));
  return (spec.ports ?? []).every(({ nodePort = 0 }) => nodePort === 0 || before.has(nodePort));
}

function external(spec: ServiceSpec): boolean {
  return onNodes(spec) || (spec.type === "ClusterIP" && (spec.externalIPs ?? []).length > 0);
}
