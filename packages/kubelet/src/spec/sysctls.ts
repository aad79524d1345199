import type { Pod } from "@skates/api/core/v1";

/** Those that a pod may set without harm to others, as upstream lists them; each is the pod's own. */
const SAFE: readonly string[] = [
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
];

/** Namespaces of the kernel, as upstream's messages write them. */
type Namespace = "IPC" | "Net" | "UTS" | "User";

const BY_NAME: ReadonlyMap<string, Namespace> = new Map([
  ["kernel.domainname", "UTS"],
  ["kernel.sem", "IPC"],
  ["kernel.shmall", "IPC"],
  ["kernel.shmmax", "IPC"],
  ["kernel.shmmni", "IPC"],
  ["kernel.shm_rmid_forced", "IPC"],
  ["kernel.shm", "IPC"], // of kernel.shm*
  ["kernel.msgmax", "IPC"],
  ["kernel.msgmnb", "IPC"],
  ["kernel.msgmni", "IPC"],
  ["kernel.msg", "IPC"], // of kernel.msg*
]);
const BY_PREFIX: readonly (readonly [string, Namespace])[] = [
  ["net.", "Net"],
  ["fs.mqueue.", "IPC"],
  ["user.", "User"],
];

const NAME_LENGTH_MAX = 253;
const PATTERN = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*([a-z0-9][-_a-z0-9]*)?[a-z0-9*]$/;

/** What pods may set on a node, and to which namespace it belongs. */
export interface SysctlAllowlist {
  readonly names: ReadonlyMap<string, Namespace>;
  /** What names may begin with. */
  readonly prefixes: readonly (readonly [string, Namespace])[];
}

/**
 * The safe ones, and what the node's owner allows besides: names, or beginnings that end in `*`. Throws with upstream's text for what
 * is no name, and for what does not belong to a pod alone.
 */
export function sysctlAllowlist(unsafe: readonly string[] = []): SysctlAllowlist {
  const names = new Map<string, Namespace>();
  const prefixes: (readonly [string, Namespace])[] = [];
  for (const pattern of [...SAFE, ...unsafe]) {
    if (pattern.length > NAME_LENGTH_MAX || !PATTERN.test(pattern)) {
      throw new Error(
        `sysctl ${JSON.stringify(pattern)} must have at most ${NAME_LENGTH_MAX} characters and match regex ${PATTERN.source}`,
      );
    }
    const written = dotted(pattern);
    const star = written.indexOf("*");
    const name = star < 0 ? written : written.slice(0, star);
    const namespace = namespaceOf(name);
    if (namespace === undefined) throw new Error(`the sysctls ${JSON.stringify(name)} are not known to be namespaced`);
    if (star < 0) names.set(name, namespace);
    else prefixes.push([name, namespace]);
  }
  return { names, prefixes };
}

/** Why a pod may not set what it asks for, in upstream's words; undefined: it may. */
export function sysctlRefusal({ spec }: Pod, { names, prefixes }: SysctlAllowlist): string | undefined {
  for (const sysctl of spec.securityContext?.sysctls ?? []) {
    const name = dotted(sysctl.name);
    const namespace = names.get(name) ?? prefixes.find(([prefix]) => name.startsWith(prefix))?.[1];
    if (namespace === undefined) return `forbidden sysctl: ${JSON.stringify(name)} not allowlisted`;
    const shared = (namespace === "IPC" && spec.hostIPC === true) || (namespace === "Net" && spec.hostNetwork === true);
    if (shared) return `forbidden sysctl: ${JSON.stringify(name)} not allowed with host ${namespace} enabled`;
  }
  return undefined;
}

function namespaceOf(name: string): Namespace | undefined {
  return BY_NAME.get(name) ?? BY_PREFIX.find(([prefix]) => name.startsWith(prefix))?.[1];
}

/** A name whose first separator is a slash has dots within its parts: `net/ipv4/conf/eth0.1/x` is `net.ipv4.conf.eth0/1.x`. */
function dotted(name: string): string {
  if (/[./]/.exec(name)?.[0] !== "/") return name;
  return name.replace(/[./]/g, (separator) => (separator === "/" ? "." : "/"));
}
