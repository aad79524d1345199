import type { Service, ServiceSpec } from "./service.ts";

/** The type has addresses inside the cluster. */
export function needsClusterIp(spec: ServiceSpec): boolean {
  return spec.type !== "ExternalName";
}

/** The type has ports on the nodes. */
export function needsNodePort(spec: ServiceSpec): boolean {
  if (spec.type === "NodePort") return true;
  return spec.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts !== false;
}

/** The type has a port on which each node says whether it has endpoints. */
export function needsHealthCheckPort(spec: ServiceSpec): boolean {
  return spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local";
}

/** No address of its own: clients find the pods' addresses by DNS. */
export function headlessService(service: Service): boolean {
  return service.spec.clusterIP === "None" || service.spec.clusterIPs?.[0] === "None";
}
