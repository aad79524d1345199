import type { Pod } from "@skates/api/core/v1";

/** Those that a pod may set without harm to others, as upstream lists them; each is the pod's own. */
const SAFE: ReadonlySet<string> = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
]);

/** Why a pod may not set what it asks for; undefined: it may. */
export function sysctlRefusal({ spec }: Pod): string | undefined {
  for (const { name: written } of spec.securityContext?.sysctls ?? []) {
    const name = written.replaceAll("/", ".");
    if (!SAFE.has(name)) return `forbidden sysctl: ${JSON.stringify(written)} not allowlisted`;
    const net = name.startsWith("net.");
    if (net && spec.hostNetwork === true) {
      return `forbidden sysctl: ${JSON.stringify(written)} not allowed with host net enabled`;
    }
    if (!net && spec.hostIPC === true) {
      return `forbidden sysctl: ${JSON.stringify(written)} not allowed with host ipc enabled`;
    }
  }
  return undefined;
}
