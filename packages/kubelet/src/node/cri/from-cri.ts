import {
  type Container,
  CONTAINER_STATE,
  type ContainerStats,
  type ContainerStatus,
  type Image as CriImage,
  type Mount,
  MOUNT_PROPAGATION,
  NAMESPACE_MODE,
  POD_SANDBOX_STATE,
  type PodSandbox,
  type PodSandboxStatus,
  type StatusResponse,
} from "@skates/api/cri/v1";
import type {
  ContainerMount,
  ContainerUsage,
  Image,
  RuntimeContainer,
  RuntimeContainerState,
  RuntimeFeatures,
  Sandbox,
} from "../../runtime.ts";

/** Nanoseconds, which are bigints when large, as whole milliseconds. */
export function msOf(nanoseconds: number | bigint | undefined): number {
  if (nanoseconds === undefined) return 0;
  if (typeof nanoseconds === "bigint") return Math.max(0, Number(nanoseconds / 1_000_000n));
  return Math.max(0, Math.floor(nanoseconds / 1e6));
}

export function toSandbox(from: PodSandboxStatus): Sandbox {
  const { ip = "", additionalIps = [] } = from.network ?? {};
  const hostNetwork = from.linux?.namespaces?.options?.network === NAMESPACE_MODE.NODE;
  const ips = [ip, ...additionalIps.map((a) => a.ip ?? "")].filter((a) => a !== "");
  return { ...listedSandbox(from), ips: hostNetwork ? [] : ips, hostNetwork };
}

/** What a list tells of a sandbox: no addresses. */
export function listedSandbox(from: PodSandbox | PodSandboxStatus): Sandbox {
  const { name = "", namespace = "", uid = "", attempt = 0 } = from.metadata ?? {};
  return {
    id: from.id ?? "",
    namespace,
    name,
    uid,
    attempt,
    ready: (from.state ?? 0) === POD_SANDBOX_STATE.SANDBOX_READY,
    createdAtMs: msOf(from.createdAt),
    ips: [],
    hostNetwork: false,
    labels: from.labels ?? {},
    annotations: from.annotations ?? {},
  };
}

const STATES: ReadonlyMap<number, RuntimeContainerState> = new Map([
  [CONTAINER_STATE.CONTAINER_CREATED, "created"],
  [CONTAINER_STATE.CONTAINER_RUNNING, "running"],
  [CONTAINER_STATE.CONTAINER_EXITED, "exited"],
]);

/** `sandboxId` is not part of a status: it is known from the list or from the creation. */
export function toContainer(from: ContainerStatus, sandboxId: string): RuntimeContainer {
  const user = from.user?.linux;
  return {
    ...listed(from),
    sandboxId,
    startedAtMs: msOf(from.startedAt),
    finishedAtMs: msOf(from.finishedAt),
    exitCode: from.exitCode ?? 0,
    reason: from.reason ?? "",
    message: from.message ?? "",
    logPath: from.logPath ?? "",
    mounts: (from.mounts ?? []).map(toMount),
    ...(user === undefined
      ? {}
      : { user: { uid: user.uid ?? 0, gid: user.gid ?? 0, groups: user.supplementalGroups ?? [] } }),
  };
}

/** What a list tells of a container: no times, no exit code. */
export function listedContainer(from: Container): RuntimeContainer {
  return { ...listed(from), sandboxId: from.podSandboxId ?? "" };
}

function listed(from: Container | ContainerStatus): RuntimeContainer {
  return {
    id: from.id ?? "",
    sandboxId: "",
    name: from.metadata?.name ?? "",
    attempt: from.metadata?.attempt ?? 0,
    state: STATES.get(from.state ?? 0) ?? "unknown",
    createdAtMs: msOf(from.createdAt),
    startedAtMs: 0,
    finishedAtMs: 0,
    exitCode: 0,
    reason: "",
    message: "",
    image: from.image?.image ?? "",
    imageId: from.imageRef ?? "",
    labels: from.labels ?? {},
    annotations: from.annotations ?? {},
    logPath: "",
    mounts: [],
  };
}

function toMount(from: Mount): ContainerMount {
  const { PROPAGATION_BIDIRECTIONAL, PROPAGATION_HOST_TO_CONTAINER } = MOUNT_PROPAGATION;
  return {
    containerPath: from.containerPath ?? "",
    hostPath: from.hostPath ?? "",
    readOnly: from.readonly ?? false,
    propagation:
      from.propagation === PROPAGATION_BIDIRECTIONAL
        ? "bidirectional"
        : from.propagation === PROPAGATION_HOST_TO_CONTAINER
          ? "hostToContainer"
          : "private",
  };
}

export function toImage(from: CriImage): Image {
  return {
    id: from.id ?? "",
    tags: from.repoTags ?? [],
    digests: from.repoDigests ?? [],
    sizeBytes: Number(from.size ?? 0),
    // An image without a user runs as root, which the runtime reports as 0 or not at all.
    uid:
      from.uid === undefined
        ? from.username === undefined || from.username === ""
          ? 0
          : undefined
        : (from.uid.value ?? 0),
    username: from.username ?? "",
    pinned: from.pinned ?? false,
  };
}

export function toUsage(from: ContainerStats): ContainerUsage {
  const { cpu, memory, writableLayer, attributes } = from;
  const number = (value: { readonly value?: number | undefined } | undefined): number => Number(value?.value ?? 0);
  return {
    containerId: attributes?.id ?? "",
    labels: attributes?.labels ?? {},
    timestampMs: msOf(cpu?.timestamp ?? memory?.timestamp),
    cpuNanoseconds: number(cpu?.usageCoreNanoSeconds),
    workingSetBytes: number(memory?.workingSetBytes),
    usageBytes: number(memory?.usageBytes),
    rssBytes: number(memory?.rssBytes),
    pageFaults: number(memory?.pageFaults),
    majorPageFaults: number(memory?.majorPageFaults),
    writableLayerBytes: number(writableLayer?.usedBytes),
    writableLayerInodes: number(writableLayer?.inodesUsed),
  };
}

/** What is not reported is not there. */
export function toFeatures({ features, runtimeHandlers }: StatusResponse): RuntimeFeatures {
  const handlers = (runtimeHandlers ?? []).map(({ name, features: of }) => {
    const { recursiveReadOnlyMounts = false, userNamespaces = false } = of ?? {};
    return [name ?? "", { recursiveReadOnlyMounts, userNamespaces }] as const;
  });
  return { supplementalGroupsPolicy: features?.supplementalGroupsPolicy ?? false, handlers: new Map(handlers) };
}
