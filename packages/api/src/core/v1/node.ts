import {
  type Infer,
  bool,
  int32,
  int64,
  list,
  map,
  oneOf,
  opt,
  quantity,
  ref,
  req,
  string,
  struct,
  time,
  typeMeta,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { Taint } from "./toleration.ts";
import { nodeColumns } from "./node-table.ts";
import { nodeFields, nodeStatusDefaults, nodeStrategy } from "./node-strategy.ts";

export const Node = struct(
  "core/v1.Node",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<NodeSpec>(() => NodeSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<NodeStatus>(() => NodeStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "A machine that runs pods." },
);
export interface Node extends Infer<typeof Node> {}

export const NodeStatus = struct(
  "core/v1.NodeStatus",
  {
    capacity: opt(1, map(quantity), "All resources of the node."),
    allocatable: opt(2, map(quantity), "What of them is there for pods."),
    phase: opt(3, oneOf("Pending", "Running", "Terminated"), "No longer written."),
    conditions: opt(
      4,
      list(
        ref<NodeCondition>(() => NodeCondition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { patch: "merge", patchKey: "type" },
    ),
    addresses: opt(
      5,
      list(
        ref<NodeAddress>(() => NodeAddress),
        { keys: ["type"] },
      ),
      "Addresses and names of the node.",
      { patch: "merge", patchKey: "type" },
    ),
    daemonEndpoints: opt(
      6,
      ref<NodeDaemonEndpoints>(() => NodeDaemonEndpoints),
      "Ports of the node's own services.",
      { emitEmpty: true },
    ),
    nodeInfo: opt(
      7,
      ref<NodeSystemInfo>(() => NodeSystemInfo),
      "Versions and ids of the node.",
      { emitEmpty: true },
    ),
    images: opt(8, list(ref<ContainerImage>(() => ContainerImage)), "Images that are on the node."),
    volumesInUse: opt(9, list(string), "Volumes that are attached and may be mounted."),
    volumesAttached: opt(10, list(ref<AttachedVolume>(() => AttachedVolume)), "Volumes that are attached."),
    config: opt(
      11,
      ref<NodeConfigStatus>(() => NodeConfigStatus),
      "State of settings taken from the API; no longer in use.",
    ),
    runtimeHandlers: opt(
      12,
      list(ref<NodeRuntimeHandler>(() => NodeRuntimeHandler)),
      "What the container runtime's handlers can do.",
    ),
    features: opt(
      13,
      ref<NodeFeatures>(() => NodeFeatures),
      "What the runtime can do.",
      { gate: "SupplementalGroupsPolicy" },
    ),
    declaredFeatures: opt(14, list(string), "Names of features that the kubelet says it has.", {
      gate: "NodeDeclaredFeatures",
    }),
  },
  (): AnyStructOptions => ({ defaults: nodeStatusDefaults, doc: "State of a node, reported by its kubelet." }),
);
export interface NodeStatus extends Infer<typeof NodeStatus> {}

export const NodeFeatures = struct(
  "core/v1.NodeFeatures",
  {
    supplementalGroupsPolicy: opt(1, bool, "Whether it knows the policy on further groups.", { keepZero: true }),
  },
  { doc: "What the container runtime of a node can do." },
);
export interface NodeFeatures extends Infer<typeof NodeFeatures> {}

export const NodeRuntimeHandler = struct(
  "core/v1.NodeRuntimeHandler",
  {
    name: opt(1, string, "Its name; empty for the default one.", { emitEmpty: true }),
    features: opt(
      2,
      ref<NodeRuntimeHandlerFeatures>(() => NodeRuntimeHandlerFeatures),
      "What it can do.",
    ),
  },
  { doc: "A handler of the container runtime." },
);
export interface NodeRuntimeHandler extends Infer<typeof NodeRuntimeHandler> {}

export const NodeRuntimeHandlerFeatures = struct(
  "core/v1.NodeRuntimeHandlerFeatures",
  {
    recursiveReadOnlyMounts: opt(1, bool, "Whether it can make mounts below a mount read-only too.", {
      keepZero: true,
    }),
    userNamespaces: opt(2, bool, "Whether it can give containers users of their own.", { keepZero: true }),
  },
  { doc: "What a handler of the runtime can do." },
);
export interface NodeRuntimeHandlerFeatures extends Infer<typeof NodeRuntimeHandlerFeatures> {}

export const NodeConfigStatus = struct(
  "core/v1.NodeConfigStatus",
  {
    assigned: opt(
      1,
      ref<NodeConfigSource>(() => NodeConfigSource),
      "Settings that the node is to use.",
    ),
    active: opt(
      2,
      ref<NodeConfigSource>(() => NodeConfigSource),
      "Settings that it does use.",
    ),
    lastKnownGood: opt(
      3,
      ref<NodeConfigSource>(() => NodeConfigSource),
      "Settings it falls back to.",
    ),
    error: opt(4, string, "What was wrong with the assigned settings."),
  },
  { doc: "State of settings taken from the API; no longer in use." },
);
export interface NodeConfigStatus extends Infer<typeof NodeConfigStatus> {}

export const AttachedVolume = struct(
  "core/v1.AttachedVolume",
  {
    name: req(1, string, "Its name."),
    devicePath: req(2, string, "Path of its device."),
  },
  { doc: "A volume that is attached to a node." },
);
export interface AttachedVolume extends Infer<typeof AttachedVolume> {}

export const ContainerImage = struct(
  "core/v1.ContainerImage",
  {
    names: opt(1, list(string), "Names it is known by.", { emitEmpty: true }),
    sizeBytes: opt(2, int64, "How large it is."),
  },
  { doc: "An image on a node." },
);
export interface ContainerImage extends Infer<typeof ContainerImage> {}

export const NodeSystemInfo = struct(
  "core/v1.NodeSystemInfo",
  {
    machineID: req(1, string, "Id of the machine, from /etc/machine-id."),
    systemUUID: req(2, string, "UUID that the machine's firmware reports."),
    bootID: req(3, string, "Id that is new at each boot."),
    kernelVersion: req(4, string, "Version of the kernel."),
    osImage: req(5, string, "Operating system and its version."),
    containerRuntimeVersion: req(6, string, "Name and version of the runtime, as containerd://1.7.1."),
    kubeletVersion: req(7, string, "Version of the kubelet."),
    kubeProxyVersion: req(8, string, "No longer meaningful."),
    operatingSystem: req(9, string, "linux or windows."),
    architecture: req(10, string, "Such as amd64."),
    swap: opt(
      11,
      ref<NodeSwapStatus>(() => NodeSwapStatus),
      "Its swap space.",
    ),
  },
  { doc: "Versions and ids of a node." },
);
export interface NodeSystemInfo extends Infer<typeof NodeSystemInfo> {}

export const NodeSwapStatus = struct(
  "core/v1.NodeSwapStatus",
  {
    capacity: opt(1, int64, "Its size in bytes.", { keepZero: true }),
  },
  { doc: "Swap space of a node." },
);
export interface NodeSwapStatus extends Infer<typeof NodeSwapStatus> {}

export const NodeDaemonEndpoints = struct(
  "core/v1.NodeDaemonEndpoints",
  {
    kubeletEndpoint: opt(
      1,
      ref<DaemonEndpoint>(() => DaemonEndpoint),
      "Where the kubelet listens.",
      { emitEmpty: true },
    ),
  },
  { doc: "Ports of a node's own services." },
);
export interface NodeDaemonEndpoints extends Infer<typeof NodeDaemonEndpoints> {}

export const DaemonEndpoint = struct(
  "core/v1.DaemonEndpoint",
  {
    Port: req(1, int32, "Number of the port."),
  },
  { doc: "A port of a service on the node." },
);
export interface DaemonEndpoint extends Infer<typeof DaemonEndpoint> {}

export const NodeAddress = struct(
  "core/v1.NodeAddress",
  {
    type: req(1, string, "Hostname, InternalIP, ExternalIP, InternalDNS or ExternalDNS.", {
      known: ["Hostname", "InternalIP", "ExternalIP", "InternalDNS", "ExternalDNS"],
    }),
    address: req(2, string, "The address or name."),
  },
  { doc: "An address or name of a node." },
);
export interface NodeAddress extends Infer<typeof NodeAddress> {}

export const NodeCondition = struct(
  "core/v1.NodeCondition",
  {
    type: req(1, string, "What it is about, such as Ready or DiskPressure.", {
      known: ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"],
    }),
    status: req(2, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    lastHeartbeatTime: opt(3, time, "When the kubelet last confirmed it.", { emitEmpty: true }),
    lastTransitionTime: opt(4, time, "When the status last changed.", { emitEmpty: true }),
    reason: opt(5, string, "One word in CamelCase on why, for programs."),
    message: opt(6, string, "A sentence on why, for people."),
  },
  { doc: "A finding on a node." },
);
export interface NodeCondition extends Infer<typeof NodeCondition> {}

export const NodeSpec = struct(
  "core/v1.NodeSpec",
  {
    podCIDR: opt(1, string, "Range of the addresses of its pods."),
    podCIDRs: opt(
      7,
      list(string, "set"),
      "Ranges of the addresses of its pods, at most one per family; the first is podCIDR.",
      { patch: "merge" },
    ),
    providerID: opt(3, string, "Id that its cloud knows it by."),
    unschedulable: opt(4, bool, "Takes no new pods."),
    taints: opt(5, list(ref<Taint>(() => Taint)), "Reasons for pods to stay away, unless they tolerate them."),
    configSource: opt(
      6,
      ref<NodeConfigSource>(() => NodeConfigSource),
      "Settings from the API; no longer in use.",
    ),
    externalID: opt(2, string, "No longer in use."),
  },
  { doc: "What a node is told to be." },
);
export interface NodeSpec extends Infer<typeof NodeSpec> {}

export const NodeConfigSource = struct(
  "core/v1.NodeConfigSource",
  {
    configMap: opt(
      2,
      ref<ConfigMapNodeConfigSource>(() => ConfigMapNodeConfigSource),
      "Config map with the settings.",
    ),
  },
  { doc: "Settings for a kubelet from the API; no longer in use." },
);
export interface NodeConfigSource extends Infer<typeof NodeConfigSource> {}

export const ConfigMapNodeConfigSource = struct(
  "core/v1.ConfigMapNodeConfigSource",
  {
    namespace: req(1, string, "Namespace of the config map."),
    name: req(2, string, "Name of the config map."),
    uid: opt(3, string, "Uid of the config map."),
    resourceVersion: opt(4, string, "Version of the config map."),
    kubeletConfigKey: req(5, string, "Key under which the settings stand."),
  },
  { doc: "A config map with a kubelet's settings; no longer in use." },
);
export interface ConfigMapNodeConfigSource extends Infer<typeof ConfigMapNodeConfigSource> {}

export const nodes = resource<Node>({
  group: "",
  version: "v1",
  kind: "Node",
  plural: "nodes",
  shortNames: ["no"],
  namespaced: false,
  schema: Node,
  subresources: [
    {
      name: "proxy",
      group: "",
      version: "v1",
      kind: "NodeProxyOptions",
      verbs: ["create", "delete", "get", "patch", "update"],
      connect: true,
    },
  ],
  storage: "minions",
  storageVersionHash: "XwShjMxG9Fs=",
  generationFields: [],
  columns: nodeColumns,
  strategy: nodeStrategy,
  selectableFields: nodeFields,
});
