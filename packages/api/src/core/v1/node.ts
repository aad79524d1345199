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

export const Node = struct("core/v1.Node", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<NodeSpec>(() => NodeSpec),
    "",
  ),
  status: opt(
    3,
    ref<NodeStatus>(() => NodeStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface Node extends Infer<typeof Node> {}

export const NodeStatus = struct(
  "core/v1.NodeStatus",
  {
    capacity: opt(1, map(quantity), ""),
    allocatable: opt(2, map(quantity), ""),
    phase: opt(3, oneOf("Pending", "Running", "Terminated"), ""),
    conditions: opt(
      4,
      list(
        ref<NodeCondition>(() => NodeCondition),
        { keys: ["type"] },
      ),
      "",
      { patch: "merge", patchKey: "type" },
    ),
    addresses: opt(
      5,
      list(
        ref<NodeAddress>(() => NodeAddress),
        { keys: ["type"] },
      ),
      "",
      { patch: "merge", patchKey: "type" },
    ),
    daemonEndpoints: opt(
      6,
      ref<NodeDaemonEndpoints>(() => NodeDaemonEndpoints),
      "",
      { emitEmpty: true },
    ),
    nodeInfo: opt(
      7,
      ref<NodeSystemInfo>(() => NodeSystemInfo),
      "",
      { emitEmpty: true },
    ),
    images: opt(8, list(ref<ContainerImage>(() => ContainerImage)), ""),
    volumesInUse: opt(9, list(string), ""),
    volumesAttached: opt(10, list(ref<AttachedVolume>(() => AttachedVolume)), ""),
    config: opt(
      11,
      ref<NodeConfigStatus>(() => NodeConfigStatus),
      "",
    ),
    runtimeHandlers: opt(12, list(ref<NodeRuntimeHandler>(() => NodeRuntimeHandler)), ""),
    features: opt(
      13,
      ref<NodeFeatures>(() => NodeFeatures),
      "",
      { gate: "SupplementalGroupsPolicy" },
    ),
    declaredFeatures: opt(14, list(string), "", { gate: "NodeDeclaredFeatures" }),
  },
  (): AnyStructOptions => ({ defaults: nodeStatusDefaults }),
);
export interface NodeStatus extends Infer<typeof NodeStatus> {}

export const NodeFeatures = struct("core/v1.NodeFeatures", {
  supplementalGroupsPolicy: opt(1, bool, "", { keepZero: true }),
});
export interface NodeFeatures extends Infer<typeof NodeFeatures> {}

export const NodeRuntimeHandler = struct("core/v1.NodeRuntimeHandler", {
  name: opt(1, string, "", { emitEmpty: true }),
  features: opt(
    2,
    ref<NodeRuntimeHandlerFeatures>(() => NodeRuntimeHandlerFeatures),
    "",
  ),
});
export interface NodeRuntimeHandler extends Infer<typeof NodeRuntimeHandler> {}

export const NodeRuntimeHandlerFeatures = struct("core/v1.NodeRuntimeHandlerFeatures", {
  recursiveReadOnlyMounts: opt(1, bool, "", { keepZero: true }),
  userNamespaces: opt(2, bool, "", { keepZero: true }),
});
export interface NodeRuntimeHandlerFeatures extends Infer<typeof NodeRuntimeHandlerFeatures> {}

export const NodeConfigStatus = struct("core/v1.NodeConfigStatus", {
  assigned: opt(
    1,
    ref<NodeConfigSource>(() => NodeConfigSource),
    "",
  ),
  active: opt(
    2,
    ref<NodeConfigSource>(() => NodeConfigSource),
    "",
  ),
  lastKnownGood: opt(
    3,
    ref<NodeConfigSource>(() => NodeConfigSource),
    "",
  ),
  error: opt(4, string, ""),
});
export interface NodeConfigStatus extends Infer<typeof NodeConfigStatus> {}

export const AttachedVolume = struct("core/v1.AttachedVolume", {
  name: req(1, string, ""),
  devicePath: req(2, string, ""),
});
export interface AttachedVolume extends Infer<typeof AttachedVolume> {}

export const ContainerImage = struct("core/v1.ContainerImage", {
  names: opt(1, list(string), "", { emitEmpty: true }),
  sizeBytes: opt(2, int64, ""),
});
export interface ContainerImage extends Infer<typeof ContainerImage> {}

export const NodeSystemInfo = struct("core/v1.NodeSystemInfo", {
  machineID: req(1, string, ""),
  systemUUID: req(2, string, ""),
  bootID: req(3, string, ""),
  kernelVersion: req(4, string, ""),
  osImage: req(5, string, ""),
  containerRuntimeVersion: req(6, string, ""),
  kubeletVersion: req(7, string, ""),
  kubeProxyVersion: req(8, string, ""),
  operatingSystem: req(9, string, ""),
  architecture: req(10, string, ""),
  swap: opt(
    11,
    ref<NodeSwapStatus>(() => NodeSwapStatus),
    "",
  ),
});
export interface NodeSystemInfo extends Infer<typeof NodeSystemInfo> {}

export const NodeSwapStatus = struct("core/v1.NodeSwapStatus", {
  capacity: opt(1, int64, "", { keepZero: true }),
});
export interface NodeSwapStatus extends Infer<typeof NodeSwapStatus> {}

export const NodeDaemonEndpoints = struct("core/v1.NodeDaemonEndpoints", {
  kubeletEndpoint: opt(
    1,
    ref<DaemonEndpoint>(() => DaemonEndpoint),
    "",
    { emitEmpty: true },
  ),
});
export interface NodeDaemonEndpoints extends Infer<typeof NodeDaemonEndpoints> {}

export const DaemonEndpoint = struct("core/v1.DaemonEndpoint", {
  Port: req(1, int32, ""),
});
export interface DaemonEndpoint extends Infer<typeof DaemonEndpoint> {}

export const NodeAddress = struct("core/v1.NodeAddress", {
  type: req(1, string, "", { known: ["Hostname", "InternalIP", "ExternalIP", "InternalDNS", "ExternalDNS"] }),
  address: req(2, string, ""),
});
export interface NodeAddress extends Infer<typeof NodeAddress> {}

export const NodeCondition = struct("core/v1.NodeCondition", {
  type: req(1, string, "", { known: ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"] }),
  status: req(2, string, "", { known: ["True", "False", "Unknown"] }),
  lastHeartbeatTime: opt(3, time, "", { emitEmpty: true }),
  lastTransitionTime: opt(4, time, "", { emitEmpty: true }),
  reason: opt(5, string, ""),
  message: opt(6, string, ""),
});
export interface NodeCondition extends Infer<typeof NodeCondition> {}

export const NodeSpec = struct("core/v1.NodeSpec", {
  podCIDR: opt(1, string, ""),
  podCIDRs: opt(7, list(string, "set"), "", { patch: "merge" }),
  providerID: opt(3, string, ""),
  unschedulable: opt(4, bool, ""),
  taints: opt(5, list(ref<Taint>(() => Taint)), ""),
  configSource: opt(
    6,
    ref<NodeConfigSource>(() => NodeConfigSource),
    "",
  ),
  externalID: opt(2, string, ""),
});
export interface NodeSpec extends Infer<typeof NodeSpec> {}

export const NodeConfigSource = struct("core/v1.NodeConfigSource", {
  configMap: opt(
    2,
    ref<ConfigMapNodeConfigSource>(() => ConfigMapNodeConfigSource),
    "",
  ),
});
export interface NodeConfigSource extends Infer<typeof NodeConfigSource> {}

export const ConfigMapNodeConfigSource = struct("core/v1.ConfigMapNodeConfigSource", {
  namespace: req(1, string, ""),
  name: req(2, string, ""),
  uid: opt(3, string, ""),
  resourceVersion: opt(4, string, ""),
  kubeletConfigKey: req(5, string, ""),
});
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
