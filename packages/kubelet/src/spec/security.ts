import type { Pod, PodSecurityContext, SecurityContext } from "@skates/api/core/v1";
import { type AnyContainer, isHostNetwork, podContainers } from "../pod/containers.ts";
import type { ContainerSecurity, IdRange, Namespaces, SeLinux } from "../runtime.ts";
import { appArmorOf, type SeccompSettings, seccompOf } from "./profiles.ts";

const MASKED_PATHS = [
  "/proc/asound",
  "/proc/acpi",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/sys/firmware",
  "/sys/devices/virtual/powercap",
];
const READ_ONLY_PATHS = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/** Whose namespaces the containers of a pod share. `users`: ids of the node for a pod with users of its own. */
export function podNamespaces(pod: Pod, users?: IdRange): Namespaces {
  const { hostPID, hostIPC, shareProcessNamespace } = pod.spec;
  return {
    network: isHostNetwork(pod) ? "node" : "pod",
    pid: hostPID === true ? "node" : shareProcessNamespace === true ? "pod" : "container",
    ipc: hostIPC === true ? "node" : "pod",
    ...(users === undefined ? {} : { users }),
  };
}

export function hasPrivilegedContainer(pod: Pod): boolean {
  return podContainers(pod).some(({ container }) => container.securityContext?.privileged === true);
}

/** fsGroup and supplementalGroups of a pod. */
export function podGroups(context: PodSecurityContext | undefined): readonly number[] {
  const { fsGroup, supplementalGroups = [] } = context ?? {};
  return [...(fsGroup === undefined ? [] : [fsGroup]), ...supplementalGroups];
}

export interface SecurityRequest {
  readonly pod: Pod;
  readonly container: AnyContainer;
  /** Who the image's process runs as, where the image says so. */
  readonly imageUser: ImageUser;
  readonly seccomp: SeccompSettings;
  /** Of a pod with users of its own. */
  readonly users?: IdRange | undefined;
  /** For ephemeral containers that look into another one. */
  readonly targetId?: string | undefined;
}

export interface ImageUser {
  readonly uid?: number | undefined;
  readonly username: string;
}

/** The security settings of a container: its own win over the pod's. Throws when runAsNonRoot or a profile cannot be kept. */
export function containerSecurity(request: SecurityRequest): ContainerSecurity {
  const { pod, container, targetId } = request;
  const own = container.securityContext ?? {};
  const shared = pod.spec.securityContext ?? {};
  checkNonRoot(request, own, shared);
  const privileged = own.privileged === true;
  const unmasked = own.procMount === "Unmasked";
  const namespaces = podNamespaces(pod, request.users);
  const seLinux = own.seLinuxOptions ?? shared.seLinuxOptions;
  const runAsUser = own.runAsUser ?? shared.runAsUser ?? request.imageUser.uid;
  return {
    privileged,
    namespaces: targetId === undefined ? namespaces : { ...namespaces, pid: "target", targetId },
    addCapabilities: own.capabilities?.add ?? [],
    dropCapabilities: own.capabilities?.drop ?? [],
    runAsUser,
    runAsUsername: runAsUser === undefined ? request.imageUser.username : "",
    runAsGroup: own.runAsGroup ?? shared.runAsGroup,
    supplementalGroups: podGroups(shared),
    strictSupplementalGroups: shared.supplementalGroupsPolicy === "Strict",
    readOnlyRootFilesystem: own.readOnlyRootFilesystem === true,
    noNewPrivileges: own.allowPrivilegeEscalation === false,
    maskedPaths: unmasked ? [] : MASKED_PATHS,
    readOnlyPaths: unmasked ? [] : READ_ONLY_PATHS,
    seccomp: seccompOf(pod, container, request.seccomp),
    appArmor: appArmorOf(pod, container),
    ...(seLinux === undefined ? {} : { seLinux: seLinuxOf(seLinux) }),
  };
}

function checkNonRoot(
  { pod, container, imageUser }: SecurityRequest,
  own: SecurityContext,
  shared: PodSecurityContext,
): void {
  if ((own.runAsNonRoot ?? shared.runAsNonRoot) !== true) return;
  const at = `(pod: "${pod.metadata.name ?? ""}_${pod.metadata.namespace ?? ""}(${pod.metadata.uid ?? ""})", container: ${container.name})`;
  const runAs = own.runAsUser ?? shared.runAsUser;
  if (runAs === 0) throw new Error(`container's runAsUser breaks non-root policy ${at}`);
  if (runAs !== undefined) return;
  if (imageUser.uid === 0) throw new Error(`container has runAsNonRoot and image will run as root ${at}`);
  if (imageUser.uid === undefined && imageUser.username !== "") {
    throw new Error(
      `container has runAsNonRoot and image has non-numeric user (${imageUser.username}), cannot verify user is non-root ${at}`,
    );
  }
  if (imageUser.uid === undefined) throw new Error(`container has runAsNonRoot and image will run as root ${at}`);
}

export function seLinuxOf(from: NonNullable<SecurityContext["seLinuxOptions"]>): SeLinux {
  return { user: from.user ?? "", role: from.role ?? "", type: from.type ?? "", level: from.level ?? "" };
}
