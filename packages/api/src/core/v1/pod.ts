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
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<PodSpec>(() => PodSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<PodStatus>(() => PodStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  (): AnyStructOptions => ({ defaults: podDefaults, doc: "Containers that run together on one node." }),
);
export interface Pod extends Infer<typeof Pod> {}

export const PodStatus = struct(
  "core/v1.PodStatus",
  {
    observedGeneration: opt(17, int64, "Generation of the object that this was seen with."),
    phase: opt(
      1,
      oneOf("Failed", "Pending", "Running", "Succeeded", "Unknown"),
      "Pending, Running, Succeeded, Failed or Unknown.",
    ),
    conditions: opt(
      2,
      list(
        ref<PodCondition>(() => PodCondition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { patch: "merge", patchKey: "type" },
    ),
    message: opt(3, string, "A sentence on why, for people."),
    reason: opt(4, string, "One word in CamelCase on why, for programs."),
    nominatedNodeName: opt(11, string, "Node on which room is being made for it."),
    hostIP: opt(5, string, "Address of its node."),
    hostIPs: opt(16, list(ref<HostIP>(() => HostIP)), "Addresses of its node.", { patch: "merge", patchKey: "ip" }),
    podIP: opt(6, string, "Its address."),
    podIPs: opt(
      12,
      list(
        ref<PodIP>(() => PodIP),
        { keys: ["ip"] },
      ),
      "Its addresses, at most one per family.",
      { patch: "merge", patchKey: "ip" },
    ),
    startTime: opt(7, time, "When the kubelet took it on.", { keepZero: true }),
    initContainerStatuses: opt(10, list(ref<ContainerStatus>(() => ContainerStatus)), "State of the init containers."),
    containerStatuses: opt(8, list(ref<ContainerStatus>(() => ContainerStatus)), "State of the containers."),
    qosClass: opt(
      9,
      oneOf("BestEffort", "Burstable", "Guaranteed"),
      "How it is treated when the node runs short, by its requests and limits.",
    ),
    ephemeralContainerStatuses: opt(
      13,
      list(ref<ContainerStatus>(() => ContainerStatus)),
      "State of the ephemeral containers.",
    ),
    resize: opt(14, string, "How far a change of resources has come; use the conditions.", {
      gate: "InPlacePodVerticalScaling",
      known: ["InProgress", "Deferred", "Infeasible"],
    }),
    resourceClaimStatuses: opt(
      15,
      list(
        ref<PodResourceClaimStatus>(() => PodResourceClaimStatus),
        { keys: ["name"] },
      ),
      "Claims that were made for it.",
      { patch: "merge,retainKeys", patchKey: "name", gate: "DynamicResourceAllocation" },
    ),
    extendedResourceClaimStatus: opt(
      18,
      ref<PodExtendedResourceClaimStatus>(() => PodExtendedResourceClaimStatus),
      "Claim that stands behind its extended resources.",
      { gate: "DRAExtendedResource" },
    ),
    allocatedResources: opt(19, map(quantity), "Resources that the node has set aside for it as a whole.", {
      gate: "InPlacePodLevelResourcesVerticalScaling",
    }),
    resources: opt(
      20,
      ref<ResourceRequirements>(() => ResourceRequirements),
      "Resources that it runs with as a whole.",
      { gate: "InPlacePodLevelResourcesVerticalScaling" },
    ),
    nodeAllocatableResourceClaimStatuses: opt(
      21,
      list(ref<NodeAllocatableResourceClaimStatus>(() => NodeAllocatableResourceClaimStatus)),
      "Claims that use up resources of the node.",
      { gate: "DRANodeAllocatableResources" },
    ),
  },
  { doc: "State of a pod, reported by its kubelet." },
);
export interface PodStatus extends Infer<typeof PodStatus> {}

export const NodeAllocatableResourceClaimStatus = struct(
  "core/v1.NodeAllocatableResourceClaimStatus",
  {
    resourceClaimName: req(1, string, "Name of the claim."),
    containers: opt(2, list(string, "set"), "Containers that use it."),
    resources: req(3, map(quantity), "What it uses."),
  },
  { doc: "A claim that uses up resources of the node." },
);
export interface NodeAllocatableResourceClaimStatus extends Infer<typeof NodeAllocatableResourceClaimStatus> {}

export const PodExtendedResourceClaimStatus = struct(
  "core/v1.PodExtendedResourceClaimStatus",
  {
    requestMappings: req(
      1,
      list(ref<ContainerExtendedResourceRequest>(() => ContainerExtendedResourceRequest)),
      "Which request serves which container.",
    ),
    resourceClaimName: req(2, string, "Name of the claim."),
  },
  { doc: "Claim behind the extended resources of a pod." },
);
export interface PodExtendedResourceClaimStatus extends Infer<typeof PodExtendedResourceClaimStatus> {}

export const ContainerExtendedResourceRequest = struct(
  "core/v1.ContainerExtendedResourceRequest",
  {
    containerName: req(1, string, "Name of the container."),
    resourceName: req(2, string, "Name of the extended resource."),
    requestName: req(3, string, "Name of the request in the claim."),
  },
  { doc: "Which request of a claim serves a container." },
);
export interface ContainerExtendedResourceRequest extends Infer<typeof ContainerExtendedResourceRequest> {}

export const PodResourceClaimStatus = struct(
  "core/v1.PodResourceClaimStatus",
  {
    name: req(1, string, "What the pod calls it."),
    resourceClaimName: opt(2, string, "Name of the claim; none was needed when absent.", { keepZero: true }),
  },
  { doc: "A claim that was made for a pod." },
);
export interface PodResourceClaimStatus extends Infer<typeof PodResourceClaimStatus> {}

export const PodIP = struct(
  "core/v1.PodIP",
  {
    ip: req(1, string, "The address."),
  },
  { doc: "An address of a pod." },
);
export interface PodIP extends Infer<typeof PodIP> {}

export const HostIP = struct(
  "core/v1.HostIP",
  {
    ip: req(1, string, "The address."),
  },
  { doc: "An address of a node." },
);
export interface HostIP extends Infer<typeof HostIP> {}

export const PodCondition = struct(
  "core/v1.PodCondition",
  {
    type: req(1, string, "What it is about, such as Ready or PodScheduled.", {
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
    observedGeneration: opt(7, int64, "Generation of the object that this was seen with."),
    status: req(2, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    lastProbeTime: opt(3, time, "When it was last looked at.", { emitEmpty: true }),
    lastTransitionTime: opt(4, time, "When the status last changed.", { emitEmpty: true }),
    reason: opt(5, string, "One word in CamelCase on why, for programs."),
    message: opt(6, string, "A sentence on why, for people."),
  },
  { doc: "A finding on a pod." },
);
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
