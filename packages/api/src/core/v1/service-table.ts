import type { Column } from "@skates/apimachinery";
import { ageColumn, column, formatLabels, nameColumn } from "../../table.ts";
import type { LoadBalancerStatus } from "./load-balancer.ts";
import type { Service, ServicePort } from "./service.ts";

/** The table of `kubectl get services`. */
export const serviceColumns: readonly Column<Service>[] = [
  nameColumn,
  column("Type", "How the service is reached.", (service) => service.spec.type ?? ""),
  column("Cluster-IP", "Address inside the cluster.", (service) => service.spec.clusterIPs?.[0] ?? "<none>"),
  column("External-IP", "Addresses from outside the cluster.", externalAddress),
  column("Port(s)", "Ports of the service, with node ports.", (service) => formatPorts(service.spec.ports ?? [])),
  ageColumn,
  column("Selector", "Labels of the pods behind the service.", (service) => formatLabels(service.spec.selector), {
    wide: true,
  }),
];

function formatPorts(ports: readonly ServicePort[]): string {
  if (ports.length === 0) return "<none>";
  return ports
    .map(({ port, nodePort = 0, protocol = "TCP" }) =>
      nodePort > 0 ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
    )
    .join(",");
}

function externalAddress(service: Service): string {
  const { spec, status } = service;
  const given = spec.externalIPs ?? [];
  switch (spec.type ?? "ClusterIP") {
    case "ClusterIP":
    case "NodePort":
      return given.length > 0 ? given.join(",") : "<none>";
    case "LoadBalancer": {
      const balanced = formatLoadBalancer(status?.loadBalancer);
      const all = balanced === "" ? given : [balanced, ...given];
      return all.length > 0 ? all.join(",") : "<pending>";
    }
    case "ExternalName":
      return spec.externalName ?? "";
  }
}

/** The addresses or names of a load balancer, each once, in order. */
export function formatLoadBalancer(status: LoadBalancerStatus | undefined): string {
  const points = (status?.ingress ?? []).map((point) => point.ip || point.hostname || "").filter((text) => text !== "");
  return [...new Set(points)].sort().join(",");
}
