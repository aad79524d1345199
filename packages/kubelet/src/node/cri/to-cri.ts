import {
  type ContainerConfig,
  type IDMapping,
  type LinuxContainerResources,
  type LinuxContainerSecurityContext,
  type Mount,
  MOUNT_PROPAGATION,
  NAMESPACE_MODE,
  type NamespaceOption,
  type PodSandboxConfig,
  PROFILE_TYPE,
  PROTOCOL,
  type SecurityProfile as CriProfile,
  SUPPLEMENTAL_GROUPS_POLICY,
} from "@skates/api/cri/v1";
import type {
  ContainerResources,
  ContainerSecurity,
  ContainerSpec,
  IdRange,
  Namespaces,
  SandboxSpec,
  SecurityProfile,
} from "../../runtime.ts";

/** A sandbox's specification as a CRI message. */
export function toSandboxConfig(spec: SandboxSpec): PodSandboxConfig {
  const { name, namespace, uid, attempt } = spec;
  return {
    metadata: { name, namespace, uid, attempt },
    hostname: spec.hostname,
    logDirectory: spec.logDirectory,
    dnsConfig: spec.dns,
    portMappings: spec.portMappings.map((p) => ({
      protocol: PROTOCOL[p.protocol],
      containerPort: p.containerPort,
      hostPort: p.hostPort,
      hostIp: p.hostIp,
    })),
    labels: spec.labels,
    annotations: spec.annotations,
    linux: {
      cgroupParent: spec.cgroupParent,
      sysctls: spec.sysctls,
      securityContext: {
        namespaceOptions: toNamespaces(spec.namespaces),
        runAsUser: wrapped(spec.runAsUser),
        runAsGroup: wrapped(spec.runAsGroup),
        supplementalGroups: spec.supplementalGroups,
        privileged: spec.privileged,
        seccomp: toProfile(spec.seccomp),
        selinuxOptions: spec.seLinux,
      },
    },
  };
}

/** A container's specification as a CRI message. */
export function toContainerConfig(spec: ContainerSpec): ContainerConfig {
  return {
    metadata: { name: spec.name, attempt: spec.attempt },
    image: { image: spec.image, userSpecifiedImage: spec.userImage },
    command: spec.command,
    args: spec.args,
    workingDir: spec.workingDir,
    envs: spec.env.map(([key, value]) => ({ key, value })),
    mounts: spec.mounts.map((m) => ({
      ...mountMappings(spec.security.namespaces),
      containerPath: m.containerPath,
      hostPath: m.hostPath,
      readonly: m.readOnly,
      recursiveReadOnly: m.recursiveReadOnly,
      propagation: PROPAGATION[m.propagation],
    })),
    devices: spec.devices,
    cDIDevices: spec.cdiDevices.map((name) => ({ name })),
    labels: spec.labels,
    annotations: spec.annotations,
    logPath: spec.logPath,
    stdin: spec.stdin,
    stdinOnce: spec.stdinOnce,
    tty: spec.tty,
    linux: { resources: toResources(spec.resources), securityContext: toSecurity(spec.security) },
  };
}

const PROPAGATION = {
  private: MOUNT_PROPAGATION.PROPAGATION_PRIVATE,
  hostToContainer: MOUNT_PROPAGATION.PROPAGATION_HOST_TO_CONTAINER,
  bidirectional: MOUNT_PROPAGATION.PROPAGATION_BIDIRECTIONAL,
} as const;

export function toResources(from: ContainerResources): LinuxContainerResources {
  return {
    cpuPeriod: from.cpuPeriodUs,
    cpuQuota: from.cpuQuotaUs,
    cpuShares: from.cpuShares,
    memoryLimitInBytes: from.memoryLimitBytes,
    oomScoreAdj: from.oomScoreAdj,
  };
}

function toSecurity(from: ContainerSecurity): LinuxContainerSecurityContext {
  return {
    capabilities: { addCapabilities: from.addCapabilities, dropCapabilities: from.dropCapabilities },
    privileged: from.privileged,
    namespaceOptions: toNamespaces(from.namespaces),
    selinuxOptions: from.seLinux,
    runAsUser: wrapped(from.runAsUser),
    runAsGroup: wrapped(from.runAsGroup),
    runAsUsername: from.runAsUsername,
    readonlyRootfs: from.readOnlyRootFilesystem,
    supplementalGroups: from.supplementalGroups,
    supplementalGroupsPolicy: SUPPLEMENTAL_GROUPS_POLICY[from.strictSupplementalGroups ? "Strict" : "Merge"],
    noNewPrivs: from.noNewPrivileges,
    maskedPaths: from.maskedPaths,
    readonlyPaths: from.readOnlyPaths,
    seccomp: toProfile(from.seccomp),
    apparmor: from.appArmor === undefined ? undefined : toProfile(from.appArmor),
  };
}

function toNamespaces(from: Namespaces): NamespaceOption {
  const pid = { container: "CONTAINER", pod: "POD", node: "NODE", target: "TARGET" } as const;
  return {
    network: from.network === "node" ? NAMESPACE_MODE.NODE : NAMESPACE_MODE.POD,
    pid: NAMESPACE_MODE[pid[from.pid]],
    ipc: from.ipc === "node" ? NAMESPACE_MODE.NODE : NAMESPACE_MODE.POD,
    targetId: from.targetId,
    ...(from.users === undefined
      ? {}
      : { usernsOptions: { mode: NAMESPACE_MODE.POD, uids: [mapping(from.users)], gids: [mapping(from.users)] } }),
  };
}

/** Files that a container sees belong to its own users, whatever they are on the node. */
function mountMappings({ users }: Namespaces): Pick<Mount, "uidMappings" | "gidMappings"> {
  return users === undefined ? {} : { uidMappings: [mapping(users)], gidMappings: [mapping(users)] };
}

function mapping({ first, length }: IdRange): IDMapping {
  return { hostId: first, containerId: 0, length };
}

function toProfile(from: SecurityProfile): CriProfile {
  return { profileType: PROFILE_TYPE[from.type], localhostRef: from.type === "Localhost" ? from.name : "" };
}

function wrapped(value: number | undefined): { readonly value: number } | undefined {
  return value === undefined ? undefined : { value };
}
