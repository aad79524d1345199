import type { Pod, Service } from "@skates/api/core/v1";
import type { EndpointSlice } from "@skates/api/discovery/v1";

export type AddressType = EndpointSlice["addressType"];

/** The address families for which a service gets slices. */
export function addressTypesOf(service: Service): readonly AddressType[] {
  const { ipFamilies = [], clusterIP } = service.spec ?? {};
  const families = ipFamilies.filter((family) => family === "IPv4" || family === "IPv6");
  if (families.length > 0) return families;
  // Services from before there were families: by their address, and without one both.
  if (clusterIP !== undefined && clusterIP !== "" && clusterIP !== "None") return [familyOf(clusterIP)];
  return ["IPv4", "IPv6"];
}

/** The addresses of a pod of one family. */
export function podAddresses(pod: Pod, type: AddressType): readonly string[] {
  const { podIP, podIPs = [] } = pod.status ?? {};
  const all = podIPs.length > 0 ? podIPs.map(({ ip }) => ip) : podIP === undefined ? [] : [podIP];
  return all.filter((ip) => familyOf(ip) === type);
}

function familyOf(ip: string): "IPv4" | "IPv6" {
  return ip.includes(":") ? "IPv6" : "IPv4";
}
