import { cidrWarnings, ipWarnings } from "../../ip-warnings.ts";
import { headlessService } from "./service-types.ts";
import type { Service } from "./service.ts";

const OLD_TOPOLOGY = "service.kubernetes.io/topology-aware-hints";

/** What a client should change some day. */
export function serviceWarnings(next: Service): readonly string[] {
  const { spec } = next;
  const { type = "ClusterIP", externalIPs = [], clusterIPs = [] } = spec;
  const headless = type === "ClusterIP" && headlessService(next);
  const external = type === "ExternalName";
  const old = next.metadata.annotations?.[OLD_TOPOLOGY] !== undefined;
  return [
    ...(old
      ? [`annotation ${OLD_TOPOLOGY} is deprecated, please use service.kubernetes.io/topology-mode instead`]
      : []),
    ...clusterIPs.flatMap((ip, i) => ipWarnings(ip, `spec.clusterIPs[${i}]`)),
    ...(headless ? headlessWarnings(next) : []),
    ...externalIPs.flatMap((ip, i) => ipWarnings(ip, `spec.externalIPs[${i}]`)),
    ...(externalIPs.length > 0 && !headless && !external
      ? ["spec.externalIPs is deprecated and may no longer be implemented in some clusters"]
      : []),
    ...ipWarnings(spec.loadBalancerIP ?? "", "spec.loadBalancerIP"),
    ...(spec.loadBalancerSourceRanges ?? []).flatMap((cidr, i) =>
      cidrWarnings(cidr, `spec.loadBalancerSourceRanges[${i}]`),
    ),
    ...(external && externalIPs.length > 0 ? ['spec.externalIPs is ignored when spec.type is "ExternalName"'] : []),
    ...(!external && (spec.externalName ?? "") !== ""
      ? ['spec.externalName is ignored when spec.type is not "ExternalName"']
      : []),
    ...(spec.trafficDistribution === "PreferClose"
      ? ['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"']
      : []),
  ];
}

function headlessWarnings({ spec }: Service): readonly string[] {
  return [
    ...((spec.loadBalancerIP ?? "") === "" ? [] : ["spec.loadBalancerIP is ignored for headless services"]),
    ...((spec.externalIPs ?? []).length === 0 ? [] : ["spec.externalIPs is ignored for headless services"]),
    ...((spec.sessionAffinity ?? "None") === "None" ? [] : ["spec.SessionAffinity is ignored for headless services"]),
  ];
}
