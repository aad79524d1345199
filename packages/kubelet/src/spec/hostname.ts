import type { Pod } from "@skates/api/core/v1";

const HOSTNAME_MAX = 63;
const FQDN_MAX = 64;

/** The names a pod has for itself; `domain` is empty where it has none. */
export interface PodNames {
  readonly hostname: string;
  readonly domain: string;
}

/** By spec.hostname and spec.subdomain, else by the pod's name, cut to a label's length. */
export function podNames(pod: Pod, clusterDomain: string): PodNames {
  const hostname = pod.spec.hostname ?? truncated(pod.metadata.name ?? "");
  const { subdomain } = pod.spec;
  if (subdomain === undefined || subdomain === "") return { hostname, domain: "" };
  return { hostname, domain: `${subdomain}.${pod.metadata.namespace ?? ""}.svc.${clusterDomain}` };
}

function truncated(name: string): string {
  return name.length <= HOSTNAME_MAX ? name : name.slice(0, HOSTNAME_MAX).replace(/[-.]+$/, "");
}

/** What `hostname` prints in the pod. Throws when a full name was asked for and is too long for the kernel. */
export function kernelHostname(pod: Pod, names: PodNames): string {
  if (pod.spec.setHostnameAsFQDN !== true || names.domain === "") return names.hostname;
  const full = `${names.hostname}.${names.domain}`;
  if (full.length > FQDN_MAX) {
    throw new Error(
      `failed to construct FQDN from pod hostname and cluster domain, FQDN ${full} is too long (${FQDN_MAX} characters is the max, ${full.length} characters requested)`,
    );
  }
  return full;
}

/** The text of a pod's /etc/hosts. */
export function hostsFile(pod: Pod, names: PodNames, podIps: readonly string[]): string {
  const lines = [
    "# Kubernetes-managed hosts file.",
    "127.0.0.1\tlocalhost",
    "::1\tlocalhost ip6-localhost ip6-loopback",
    "fe00::0\tip6-localnet",
    "fe00::0\tip6-mcastprefix",
    "fe00::1\tip6-allnodes",
    "fe00::2\tip6-allrouters",
    ...podIps.map((ip) =>
      names.domain === "" ? `${ip}\t${names.hostname}` : `${ip}\t${names.hostname}.${names.domain}\t${names.hostname}`,
    ),
  ];
  return `${lines.join("\n")}\n${aliases(pod)}`;
}

/** For pods in the host's network: the host's file, and the pod's aliases. */
export function hostNetworkHostsFile(pod: Pod, hostFile: string): string {
  return `# Kubernetes-managed hosts file (host network).\n${hostFile}${aliases(pod)}`;
}

function aliases(pod: Pod): string {
  const list = pod.spec.hostAliases ?? [];
  if (list.length === 0) return "";
  const lines = list.map((a) => `${a.ip}\t${(a.hostnames ?? []).join("\t")}`);
  return `\n# Entries added by HostAliases.\n${lines.join("\n")}\n`;
}
