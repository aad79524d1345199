import {
  type Infer,
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
import { ContainerStatus } from "./container-status.ts";
import { PodSpec } from "./pod-spec.ts";
import { ResourceRequirements } from "./resources.ts";
import { podDefaults } from "./pod-defaults.ts";
import { podFields, podStrategy } from "./pod-strategy.ts";
import { podColumns } from "./pod-table.ts";

export const Pod = struct(
  "core/v1.Pod",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "",
    ),
    spec: req(
      2,
      ref<PodSpec>(() => PodSpec),
      "",
    ),
    status: opt(
      3,
      ref<PodStatus>(() => PodStatus),
      "",
      { emitEmpty: true },
    ),
  },
  (): AnyStructOptions => ({ defaults: podDefaults }),
);
export interface Pod extends Infer<typeof Pod> {}

export const PodStatus = struct("core/v1.PodStatus", {
  observedGeneration: opt(17, int64, ""),
  phase: opt(1, oneOf("Failed", "Pending", "Running", "Succeeded", "Unknown"), ""),
  conditions: opt(
    2,
    list(
      ref<PodCondition>(() => PodCondition),
      { keys: ["type"] },
    ),
    "",
    { patch: "merge", patchKey: "type" },
  ),
  message: opt(3, string, ""),
  reason: opt(4, string, ""),
  nominatedNodeName: opt(11, string, ""),
  hostIP: opt(5, string, ""),
  hostIPs: opt(16, list(ref<HostIP>(() => HostIP)), "", { patch: "merge", patchKey: "ip" }),
  podIP: opt(6, string, ""),
  podIPs: opt(
    12,
    list(
      ref<PodIP>(() => PodIP),
      { keys: ["ip"] },
    ),
    "",
    { patch: "merge", patchKey: "ip" },
  ),
  startTime: opt(7, time, "", { keepZero: true }),
  initContainerStatuses: opt(10, list(ref<ContainerStatus>(() => ContainerStatus)), ""),
  containerStatuses: opt(8, list(ref<ContainerStatus>(() => ContainerStatus)), ""),
  qosClass: opt(9, oneOf("BestEffort", "Burstable", "Guaranteed"), ""),
  ephemeralContainerStatuses: opt(13, list(ref<ContainerStatus>(() => ContainerStatus)), ""),
  resize: opt(14, string, "", { gate: "InPlacePodVerticalScaling", known: ["InProgress", "Deferred", "Infeasible"] }),
  resourceClaimStatuses: opt(
    15,
    list(
      ref<PodResourceClaimStatus>(() => PodResourceClaimStatus),
      { keys: ["name"] },
    ),
    "",
    { patch: "merge,retainKeys", patchKey: "name", gate: "DynamicResourceAllocation" },
  ),
  extendedResourceClaimStatus: opt(
    18,
    ref<PodExtendedResourceClaimStatus>(() => PodExtendedResourceClaimStatus),
    "",
    { gate: "DRAExtendedResource" },
  ),
  allocatedResources: opt(19, map(quantity), "", { gate: "InPlacePodLevelResourcesVerticalScaling" }),
  resources: opt(
    20,
    ref<ResourceRequirements>(() => ResourceRequirements),
    "",
    { gate: "InPlacePodLevelResourcesVerticalScaling" },
  ),
  nodeAllocatableResourceClaimStatuses: opt(
    21,
    list(ref<NodeAllocatableResourceClaimStatus>(() => NodeAllocatableResourceClaimStatus)),
    "",
    { gate: "DRANodeAllocatableResources" },
  ),
});
export interface PodStatus extends Infer<typeof PodStatus> {}

export const NodeAllocatableResourceClaimStatus = struct("core/v1.NodeAllocatableResourceClaimStatus", {
  resourceClaimName: req(1, string, ""),
  containers: opt(2, list(string, "set"), ""),
  resources: req(3, map(quantity), ""),
});
export interface NodeAllocatableResourceClaimStatus extends Infer<typeof NodeAllocatableResourceClaimStatus> {}

export const PodExtendedResourceClaimStatus = struct("core/v1.PodExtendedResourceClaimStatus", {
  requestMappings: req(1, list(ref<ContainerExtendedResourceRequest>(() => ContainerExtendedResourceRequest)), ""),
  resourceClaimName: req(2, string, ""),
});
export interface PodExtendedResourceClaimStatus extends Infer<typeof PodExtendedResourceClaimStatus> {}

export const ContainerExtendedResourceRequest = struct("core/v1.ContainerExtendedResourceRequest", {
  containerName: req(1, string, ""),
  resourceName: req(2, string, ""),
  requestName: req(3, string, ""),
});
export interface ContainerExtendedResourceRequest extends Infer<typeof ContainerExtendedResourceRequest> {}

export const PodResourceClaimStatus = struct("core/v1.PodResourceClaimStatus", {
  name: req(1, string, ""),
  resourceClaimName: opt(2, string, "", { keepZero: true }),
});
export interface PodResourceClaimStatus extends Infer<typeof PodResourceClaimStatus> {}

export const PodIP = struct("core/v1.PodIP", {
  ip: req(1, string, ""),
});
export interface PodIP extends Infer<typeof PodIP> {}

export const HostIP = struct("core/v1.HostIP", {
  ip: req(1, string, ""),
});
export interface HostIP extends Infer<typeof HostIP> {}

export const PodCondition = struct("core/v1.PodCondition", {
  type: req(1, string, "", {
    known: [
      "ContainersReady",
      "Initialized",
      "Ready",
      "PodScheduled",
      "DisruptionTarget",
      "PodReadyToStartContainers",
      "PodResizePending",
      "PodResizeInProgress",
      "AllContainersRestarting",
    ],
  }),
  observedGeneration: opt(7, int64, ""),
  status: req(2, string, "", { known: ["True", "False", "Unknown"] }),
  lastProbeTime: opt(3, time, "", { emitEmpty: true }),
  lastTransitionTime: opt(4, time, "", { emitEmpty: true }),
  reason: opt(5, string, ""),
  message: opt(6, string, ""),
});
export interface PodCondition extends Infer<typeof PodCondition> {}

export const pods = resource<Pod>({
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  shortNames: ["po"],
  categories: ["all"],
  schema: Pod,
  subresources: [
    { name: "attach", group: "", version: "v1", kind: "PodAttachOptions", verbs: ["create", "get"], connect: true },
    { name: "binding", group: "", version: "v1", kind: "Binding", verbs: ["create"] },
    { name: "ephemeralcontainers", group: "", version: "v1", kind: "Pod", verbs: ["get", "patch", "update"] },
    { name: "eviction", group: "policy", version: "v1", kind: "Eviction", verbs: ["create"] },
    { name: "exec", group: "", version: "v1", kind: "PodExecOptions", verbs: ["create", "get"], connect: true },
    { name: "log", group: "", version: "v1", kind: "Pod", verbs: ["get"] },
    {
      name: "portforward",
      group: "",
      version: "v1",
      kind: "PodPortForwardOptions",
      verbs: ["create", "get"],
      connect: true,
    },
    {
      name: "proxy",
      group: "",
      version: "v1",
      kind: "PodProxyOptions",
      verbs: ["create", "delete", "get", "patch", "update"],
      connect: true,
    },
    { name: "resize", group: "", version: "v1", kind: "Pod", verbs: ["get", "patch", "update"] },
  ],
  storageVersionHash: "xPOwRZ+Yhw8=",
  columns: podColumns,
  strategy: podStrategy,
  selectableFields: podFields,
});
