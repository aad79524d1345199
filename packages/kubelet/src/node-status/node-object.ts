import { canonicalQuantity } from "@skates/apimachinery";
import type { ContainerImage, Node, NodeAddress, NodeCondition, NodeStatus, Taint } from "@skates/api/core/v1";
import { LOCAL_PATH } from "@skates/api/storage/v1";
import type { Image, RuntimeFeatures, RuntimeHealth } from "../runtime.ts";
import {
  amountOf,
  DEFAULT_EVICTION_HARD,
  parseThresholds,
  type Signal,
  type Threshold,
} from "../eviction/thresholds.ts";
import { timeText } from "../status/time-text.ts";
import type { MachineInfo, Pressure } from "./machine.ts";

/** What a node is told to be. */
export interface NodeSettings {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly addresses: readonly string[];
  /** Another program initializes the node: until it has, no pods come, and its addresses replace ours. Default false. */
  readonly externalCloudProvider?: boolean | undefined;
  readonly podCidr: string | undefined;
  readonly maxPods: number;
  /** `v1.36.0+skates`. */
  readonly version: string;
  readonly kubeletPort: number;
  /** The folder of local-path volumes; default: the node takes none. */
  readonly localVolumesDir?: string | undefined;
  /** Held back from pods, for the system. */
  readonly reserved: { readonly milliCpu: number; readonly memoryBytes: number };
  /** When pods are evicted; what hard thresholds keep free is not given to pods. Default: `DEFAULT_EVICTION_HARD`. */
  readonly thresholds?: readonly Threshold[] | undefined;
}

export interface NodeStatusInput {
  readonly settings: NodeSettings;
  readonly machine: MachineInfo;
  /** Names of features that the kubelet says it has. */
  readonly features: readonly string[];
  readonly health: RuntimeHealth;
  readonly pressure: Pressure;
  readonly images: readonly Image[];
  readonly runtimeVersion: string;
  /** Conditions as the API has them. */
  readonly old: readonly NodeCondition[];
  /** Addresses as the API has them. */
  readonly oldAddresses?: readonly NodeAddress[] | undefined;
  /** Names of volumes that must not be detached; none is shown as an empty list where there were some. */
  readonly volumesInUse?: readonly string[] | undefined;
  readonly nowMs: number;
}

const DEFAULT_THRESHOLDS = parseThresholds({ hard: DEFAULT_EVICTION_HARD });
const IMAGES_MAX = 50;
const IMAGE_NAMES_MAX = 5;

/** Taken away by the cloud provider once it has initialized the node. */
const UNINITIALIZED: Taint = {
  key: "node.cloudprovider.kubernetes.io/uninitialized",
  value: "true",
  effect: "NoSchedule",
};

/** The Node object as it is first registered, without status. */
export function newNode(settings: NodeSettings, machine: MachineInfo): Node {
  const taints: readonly Taint[] = [
    ...settings.taints,
    ...(settings.externalCloudProvider === true ? [UNINITIALIZED] : []),
    { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
  ];
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: settings.name,
      labels: nodeLabels(settings, machine),
      annotations: nodeAnnotations(settings),
    },
    spec: {
      ...(settings.podCidr === undefined ? {} : { podCIDR: settings.podCidr, podCIDRs: [settings.podCidr] }),
      taints,
    },
  };
}

/** Annotations that every node of ours has. */
export function nodeAnnotations(settings: NodeSettings): Readonly<Record<string, string>> {
  const { localVolumesDir, externalCloudProvider, addresses: chosen } = settings;
  return {
    "volumes.kubernetes.io/controller-managed-attach-detach": "true",
    // Tells the provider which of the machine's addresses were chosen.
    ...(externalCloudProvider === true ? { "alpha.kubernetes.io/provided-node-ip": chosen.join(",") } : {}),
    ...(localVolumesDir === undefined ? {} : { [LOCAL_PATH.directoryAnnotation]: localVolumesDir }),
  };
}

/** Labels that every node of ours has, and those of the settings. */
export function nodeLabels(settings: NodeSettings, machine: MachineInfo): Readonly<Record<string, string>> {
  const { operatingSystem: os, architecture: arch } = machine;
  return {
    "beta.kubernetes.io/arch": arch,
    "beta.kubernetes.io/os": os,
    "kubernetes.io/arch": arch,
    "kubernetes.io/hostname": settings.name,
    "kubernetes.io/os": os,
    ...settings.labels,
  };
}

/** Capacity and what pods may use of it. */
export function nodeResources(settings: NodeSettings, machine: MachineInfo) {
  const disk = machine.ephemeralStorageBytes;
  const capacity = {
    cpu: String(machine.cpus),
    "ephemeral-storage": kibibytes(disk),
    "hugepages-1Gi": "0",
    "hugepages-2Mi": "0",
    memory: kibibytes(machine.memoryBytes),
    pods: String(settings.maxPods),
  };
  const milliCpu = machine.cpus * 1000 - settings.reserved.milliCpu;
  const thresholds = settings.thresholds ?? DEFAULT_THRESHOLDS;
  const kept = (of: Signal, size: number): number => {
    const hard = thresholds.find(({ signal, graceMs }) => signal === of && graceMs === 0);
    return hard === undefined ? 0 : amountOf(hard.value, size);
  };
  const memory = machine.memoryBytes - settings.reserved.memoryBytes - kept("memory.available", machine.memoryBytes);
  const allocatable = {
    ...capacity,
    cpu: milliCpu % 1000 === 0 ? String(milliCpu / 1000) : `${milliCpu}m`,
    "ephemeral-storage": canonicalQuantity(String(Math.max(0, disk - kept("nodefs.available", disk)))),
    memory: kibibytes(Math.max(0, memory)),
  };
  return { capacity, allocatable };
}

/** As the API stores it, `32Gi` rather than `33554432Ki`: what is written must not look like a change. */
function kibibytes(bytes: number): string {
  return canonicalQuantity(`${Math.floor(bytes / 1024)}Ki`);
}

/** The status of a node. Pure. */
export function nodeStatus(input: NodeStatusInput): NodeStatus {
  const { settings, machine } = input;
  return {
    ...nodeResources(settings, machine),
    conditions: conditions(input),
    addresses: addresses(settings, input.oldAddresses ?? []),
    daemonEndpoints: { kubeletEndpoint: { Port: settings.kubeletPort } },
    nodeInfo: {
      machineID: machine.machineId,
      systemUUID: machine.systemUuid,
      bootID: machine.bootId,
      kernelVersion: machine.kernelVersion,
      osImage: machine.osImage,
      containerRuntimeVersion: input.runtimeVersion,
      kubeletVersion: settings.version,
      kubeProxyVersion: "",
      operatingSystem: machine.operatingSystem,
      architecture: machine.architecture,
    },
    images: images(input.images),
    runtimeHandlers: handlers(input.health.features),
    features: { supplementalGroupsPolicy: input.health.features.supplementalGroupsPolicy },
    volumesInUse: input.volumesInUse ?? [],
    declaredFeatures: input.features,
  };
}

const NO_HANDLER = { recursiveReadOnlyMounts: false, userNamespaces: false };

function handlers({ handlers: reported }: RuntimeFeatures): NonNullable<NodeStatus["runtimeHandlers"]> {
  const all = reported.has("") ? reported : new Map([["", NO_HANDLER], ...reported]);
  return [...all].map(([name, { recursiveReadOnlyMounts, userNamespaces }]) => ({
    name,
    features: { recursiveReadOnlyMounts, userNamespaces },
  }));
}

function addresses(settings: NodeSettings, old: readonly NodeAddress[]): readonly NodeAddress[] {
  // Ours are there at first only, so that the provider's own pods can be reached.
  if (settings.externalCloudProvider === true && old.length > 0) return old;
  return [
    ...settings.addresses.map((address) => ({ type: "InternalIP", address })),
    { type: "Hostname", address: settings.name },
  ];
}

/** The biggest images, for the scheduler; few, as this travels with every change of the status. */
function images(list: readonly Image[]): readonly ContainerImage[] {
  return list
    .toSorted((a, b) => b.sizeBytes - a.sizeBytes || (a.id < b.id ? -1 : 1))
    .slice(0, IMAGES_MAX)
    .map((image) => ({
      names: [...image.digests, ...image.tags].slice(0, IMAGE_NAMES_MAX),
      sizeBytes: image.sizeBytes,
    }))
    .filter((image) => image.names.length > 0);
}

type Finding = Pick<NodeCondition, "type" | "status" | "reason" | "message">;

function conditions({ health, pressure, old, nowMs }: NodeStatusInput): readonly NodeCondition[] {
  const findings: readonly Finding[] = [
    pressureFinding(
      "MemoryPressure",
      pressure.memory,
      ["InsufficientMemory", "insufficient memory available"],
      ["SufficientMemory", "sufficient memory available"],
    ),
    pressureFinding(
      "DiskPressure",
      pressure.disk,
      ["DiskPressure", "disk pressure"],
      ["NoDiskPressure", "no disk pressure"],
    ),
    pressureFinding(
      "PIDPressure",
      pressure.pid,
      ["InsufficientPID", "insufficient PID available"],
      ["SufficientPID", "sufficient PID available"],
    ),
    readyFinding(health),
  ];
  const others = old.filter((c) => !findings.some((f) => f.type === c.type));
  const now = timeText(nowMs);
  const dated = findings.map((finding) => {
    const before = old.find((c) => c.type === finding.type);
    const changed = before?.status !== finding.status;
    return { ...finding, lastHeartbeatTime: now, lastTransitionTime: changed ? now : before.lastTransitionTime };
  });
  return [...others, ...dated];
}

type Words = readonly [reason: string, message: string];

function pressureFinding(type: string, under: boolean, bad: Words, good: Words): Finding {
  const [reason, message] = under ? bad : good;
  return { type, status: under ? "True" : "False", reason: `KubeletHas${reason}`, message: `kubelet has ${message}` };
}

function readyFinding(health: RuntimeHealth): Finding {
  if (health.runtimeReady && health.networkReady) {
    return { type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status" };
  }
  return { type: "Ready", status: "False", reason: "KubeletNotReady", message: health.message };
}
