import * as baseline from "./baseline-checks.ts";
import { type Check, type CheckedPod, exceptOwnUsers, exceptWindows, type Violation } from "./checked-pod.ts";
import type { LevelVersion, Version } from "./levels.ts";
import * as restricted from "./restricted-checks.ts";

/** The newest version whose checks are known here: newer ones are checked as this one. */
const NEWEST = 36;

const SELINUX = ["container_t", "container_init_t", "container_kvm_t"];
const SYSCTLS = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_unprivileged_port_start",
];
const SYSCTLS_27 = [...SYSCTLS, "net.ipv4.ip_local_reserved_ports"];
const SYSCTLS_29 = [
  ...SYSCTLS_27,
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
];
const SYSCTLS_32 = [...SYSCTLS_29, "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"];

interface VersionedCheck {
  /** Messages have the order of these. */
  readonly id: string;
  /** Each from a minor version on, oldest first; before the first there is no check. */
  readonly versions: readonly (readonly [from: number, check: Check])[];
  /** The check of the baseline that this one is stricter than. */
  readonly replaces?: string;
}

const BASELINE: readonly VersionedCheck[] = [
  { id: "appArmorProfile", versions: [[0, baseline.appArmorProfile]] },
  { id: "capabilities_baseline", versions: [[0, baseline.baselineCapabilities]] },
  { id: "hostNamespaces", versions: [[0, baseline.hostNamespaces]] },
  { id: "hostPathVolumes", versions: [[0, baseline.hostPathVolumes]] },
  { id: "hostPorts", versions: [[0, baseline.hostPorts]] },
  { id: "hostProbesAndHostLifecycle", versions: [[34, baseline.hostProbes]] },
  { id: "privileged", versions: [[0, baseline.privileged]] },
  {
    id: "procMount",
    versions: [
      [0, baseline.procMount],
      [35, exceptOwnUsers(baseline.procMount)],
    ],
  },
  {
    id: "seLinuxOptions",
    versions: [
      [0, baseline.seLinuxOptions(SELINUX)],
      [31, baseline.seLinuxOptions([...SELINUX, "container_engine_t"])],
    ],
  },
  {
    id: "seccompProfile_baseline",
    versions: [
      [0, baseline.seccompAnnotations],
      [19, baseline.seccompProfile],
    ],
  },
  {
    id: "sysctls",
    versions: [
      [0, baseline.sysctls(SYSCTLS)],
      [27, baseline.sysctls(SYSCTLS_27)],
      [29, baseline.sysctls(SYSCTLS_29)],
      [32, baseline.sysctls(SYSCTLS_32)],
    ],
  },
  { id: "windowsHostProcess", versions: [[0, baseline.windowsHostProcess]] },
];

const RESTRICTED: readonly VersionedCheck[] = [
  {
    id: "allowPrivilegeEscalation",
    versions: [
      [8, restricted.allowPrivilegeEscalation],
      [25, exceptWindows(restricted.allowPrivilegeEscalation)],
    ],
  },
  {
    id: "capabilities_restricted",
    replaces: "capabilities_baseline",
    versions: [
      [22, restricted.restrictedCapabilities],
      [25, exceptWindows(restricted.restrictedCapabilities)],
    ],
  },
  { id: "procMount_restricted", replaces: "procMount", versions: [[35, baseline.procMount]] },
  { id: "restrictedVolumes", replaces: "hostPathVolumes", versions: [[0, restricted.restrictedVolumes]] },
  {
    id: "runAsNonRoot",
    versions: [
      [0, restricted.runAsNonRoot],
      [35, exceptOwnUsers(restricted.runAsNonRoot)],
    ],
  },
  {
    id: "runAsUser",
    versions: [
      [23, restricted.runAsUser],
      [35, exceptOwnUsers(restricted.runAsUser)],
    ],
  },
  {
    id: "seccompProfile_restricted",
    replaces: "seccompProfile_baseline",
    versions: [
      [19, restricted.restrictedSeccompProfile],
      [25, exceptWindows(restricted.restrictedSeccompProfile)],
    ],
  },
];

/** Everything that a pod does against a level, as it was in that version. */
export function evaluatePod({ level, version }: LevelVersion, pod: CheckedPod): readonly Violation[] {
  if (level === "privileged") return [];
  return checksOf(level, version).flatMap((check) => check(pod) ?? []);
}

function checksOf(level: "baseline" | "restricted", version: Version): readonly Check[] {
  const minor = version === "latest" ? NEWEST : Math.min(version, NEWEST);
  const ofLevel = level === "baseline" ? [] : RESTRICTED.filter((check) => inVersion(check, minor) !== undefined);
  const replaced = new Set(ofLevel.map(({ replaces }) => replaces));
  return [...BASELINE.filter(({ id }) => !replaced.has(id)), ...ofLevel].flatMap((check) => {
    return inVersion(check, minor) ?? [];
  });
}

function inVersion({ versions }: VersionedCheck, minor: number): Check | undefined {
  return versions.findLast(([from]) => from <= minor)?.[1];
}

/** `host namespaces, privileged`. */
export function reasonsOf(violations: readonly Violation[]): string {
  return violations.map(({ reason }) => reason).join(", ");
}

/** `host namespaces (hostNetwork=true), privileged (container "a" must not …)`. */
export function detailsOf(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => `${reason} (${detail})`).join(", ");
}
