import type { ClusterConfig } from "../config.ts";

type Settings = Pick<ClusterConfig, "clusterDomain" | "dnsAddress" | "podCidr" | "serviceCidr">;

/** What a node that joins has to know of the cluster: the ConfigMap `kube-system/skates-node`. */
export function nodeConfigMap({
  clusterDomain,
  dnsAddress,
  podCidr,
  serviceCidr,
}: Settings): Readonly<Record<string, string>> {
  return { clusterDomain, dnsAddress, podCidr, serviceCidr };
}

/** Reads it again; undefined: something is missing. */
export function nodeConfigFrom(data: Readonly<Record<string, string>>): Settings | undefined {
  const { clusterDomain, dnsAddress, podCidr, serviceCidr } = data;
  if (clusterDomain === undefined || dnsAddress === undefined || podCidr === undefined || serviceCidr === undefined) {
    return undefined;
  }
  return { clusterDomain, dnsAddress, podCidr, serviceCidr };
}
