import { mapShared } from "../../share.ts";
import type { LoadBalancerIngress } from "./load-balancer.ts";
import type { Service, ServicePort, ServiceSpec } from "./service.ts";

/** Three hours. */
const AFFINITY_SECONDS_DEFAULT = 10_800;

/** The addresses of a load balancer are virtual ones unless said otherwise. */
export function serviceDefaults(service: Service): Service {
  const ingress = service.status?.loadBalancer?.ingress;
  if (service.spec.type !== "LoadBalancer" || ingress === undefined) return service;
  const next = mapShared(ingress, (point: LoadBalancerIngress) =>
    (point.ip ?? "") !== "" && point.ipMode === undefined ? { ...point, ipMode: "VIP" } : point,
  );
  if (next === ingress) return service;
  return {
    ...service,
    status: { ...service.status, loadBalancer: { ...service.status?.loadBalancer, ingress: next } },
  };
}

/** What follows from the type of the service. */
export function serviceSpecDefaults(spec: ServiceSpec): ServiceSpec {
  const type = spec.type ?? "ClusterIP";
  const more: { -readonly [K in keyof ServiceSpec]?: ServiceSpec[K] } = {};
  const external = type === "NodePort" || type === "LoadBalancer" || (type === "ClusterIP" && hasExternalIps(spec));
  if (spec.externalTrafficPolicy === undefined && external) more.externalTrafficPolicy = "Cluster";
  if (spec.internalTrafficPolicy === undefined && type !== "ExternalName") more.internalTrafficPolicy = "Cluster";
  if (spec.allocateLoadBalancerNodePorts === undefined && type === "LoadBalancer") {
    more.allocateLoadBalancerNodePorts = true;
  }
  const affinity = affinityConfig(spec);
  if (affinity !== spec.sessionAffinityConfig) more.sessionAffinityConfig = affinity;
  const ports = spec.ports === undefined ? undefined : mapShared(spec.ports, targetPortDefault);
  if (ports !== spec.ports) more.ports = ports;
  return Object.keys(more).length === 0 ? spec : { ...spec, ...more };
}

function hasExternalIps(spec: ServiceSpec): boolean {
  return (spec.externalIPs ?? []).length > 0;
}

function affinityConfig(spec: ServiceSpec): ServiceSpec["sessionAffinityConfig"] {
  if ((spec.sessionAffinity ?? "None") === "None") return undefined;
  if (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds !== undefined) return spec.sessionAffinityConfig;
  return { clientIP: { timeoutSeconds: AFFINITY_SECONDS_DEFAULT } };
}

function targetPortDefault(port: ServicePort): ServicePort {
  const { targetPort } = port;
  return targetPort === undefined || targetPort === 0 || targetPort === "" ? { ...port, targetPort: port.port } : port;
}
