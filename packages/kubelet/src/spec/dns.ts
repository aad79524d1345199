import type { Pod } from "@skates/api/core/v1";
import type { DnsConfig } from "../runtime.ts";

export interface ClusterDns {
  /** Address of the cluster's DNS service; empty: there is none. */
  readonly servers: readonly string[];
  /** `cluster.local`. */
  readonly domain: string;
  /** What the node itself uses. */
  readonly host: DnsConfig;
}

const SEARCHES_MAX = 32;
const SERVERS_MAX = 3;
const SEARCH_CHARS_MAX = 2048;

/** The resolver configuration of a pod, by its policy and its own additions. */
export function podDns(pod: Pod, cluster: ClusterDns): DnsConfig {
  const policy = pod.spec.dnsPolicy ?? "ClusterFirst";
  const host = pod.spec.hostNetwork === true;
  const useCluster = policy === "ClusterFirstWithHostNet" || (policy === "ClusterFirst" && !host);
  const base: DnsConfig =
    policy === "None"
      ? { servers: [], searches: [], options: [] }
      : useCluster && cluster.servers.length > 0
        ? clusterFirst(pod, cluster)
        : cluster.host;
  const own = pod.spec.dnsConfig;
  const options = mergeOptions(
    base.options,
    (own?.options ?? []).map((o) => (o.value === undefined ? (o.name ?? "") : `${o.name ?? ""}:${o.value}`)),
  );
  return {
    servers: unique([...base.servers, ...(own?.nameservers ?? [])]).slice(0, SERVERS_MAX),
    searches: fitting(unique([...base.searches, ...(own?.searches ?? [])])),
    options,
  };
}

function clusterFirst(pod: Pod, cluster: ClusterDns): DnsConfig {
  const { domain } = cluster;
  const own = domain === "" ? [] : [`${pod.metadata.namespace ?? ""}.svc.${domain}`, `svc.${domain}`, domain];
  return { servers: cluster.servers, searches: [...own, ...cluster.host.searches], options: ["ndots:5"] };
}

/** Options of the pod win over those of the same name. */
function mergeOptions(base: readonly string[], own: readonly string[]): readonly string[] {
  const merged = new Map<string, string>();
  for (const option of [...base, ...own]) merged.set(option.split(":")[0] ?? option, option);
  return [...merged.values()];
}

function fitting(searches: readonly string[]): readonly string[] {
  const out: string[] = [];
  let chars = 0;
  for (const search of searches) {
    chars += search.length + 1;
    if (out.length === SEARCHES_MAX || chars > SEARCH_CHARS_MAX + 1) break;
    out.push(search);
  }
  return out;
}

function unique(list: readonly string[]): readonly string[] {
  return [...new Set(list)];
}

/** Reads a resolv.conf file. */
export function parseResolvConf(text: string): DnsConfig {
  const servers: string[] = [];
  let searches: readonly string[] = [];
  let options: readonly string[] = [];
  for (const line of text.split("\n")) {
    const [word, ...rest] = line
      .replace(/[#;].*$/, "")
      .trim()
      .split(/\s+/);
    if (word === "nameserver" && rest[0] !== undefined) servers.push(rest[0]);
    else if (word === "search") searches = rest.map((s) => (s === "." ? s : s.replace(/\.$/, "")));
    else if (word === "options") options = [...options, ...rest];
  }
  return { servers, searches, options };
}
