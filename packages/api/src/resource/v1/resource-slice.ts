import {
  type Infer,
  bool,
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
} from "@skates/apimachinery";
import { NodeSelector } from "../../core/v1/node-selector.ts";
import { resourceSliceColumns, resourceSliceFields, resourceSliceStrategy } from "./resource-tables.ts";

export const ResourceSlice = struct(
  "resource.k8s.io/v1.ResourceSlice",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<ResourceSliceSpec>(() => ResourceSliceSpec),
      "What is wanted.",
    ),
  },
  { doc: "Some of the devices of a driver." },
);
export interface ResourceSlice extends Infer<typeof ResourceSlice> {}

export const ResourceSliceSpec = struct(
  "resource.k8s.io/v1.ResourceSliceSpec",
  {
    driver: req(1, string, "The driver; it stays."),
    pool: req(
      2,
      ref<ResourcePool>(() => ResourcePool),
      "Pool that the devices belong to.",
    ),
    nodeName: opt(3, string, "Node that has them.", { keepZero: true }),
    nodeSelector: opt(
      4,
      ref<NodeSelector>(() => NodeSelector),
      "Nodes that can use them.",
    ),
    allNodes: opt(5, bool, "All nodes can use them.", { keepZero: true }),
    devices: opt(6, list(ref<Device>(() => Device)), "The devices."),
    perDeviceNodeSelection: opt(7, bool, "Each device says which nodes can use it.", {
      keepZero: true,
      gate: "DRAPartitionableDevices",
    }),
    sharedCounters: opt(8, list(ref<CounterSet>(() => CounterSet)), "Amounts that devices share.", {
      maxItems: 8,
      gate: "DRAPartitionableDevices",
    }),
  },
  { doc: "Which devices, and where." },
);
export interface ResourceSliceSpec extends Infer<typeof ResourceSliceSpec> {}

export const CounterSet = struct(
  "resource.k8s.io/v1.CounterSet",
  {
    name: req(1, string, "Name of the set."),
    counters: req(2, map(ref<Counter>(() => Counter)), "Amounts by name."),
  },
  { doc: "Amounts that devices share." },
);
export interface CounterSet extends Infer<typeof CounterSet> {}

export const Device = struct(
  "resource.k8s.io/v1.Device",
  {
    name: req(1, string, "Its name within the pool."),
    attributes: opt(2, map(ref<DeviceAttribute>(() => DeviceAttribute)), "What it is like."),
    capacity: opt(3, map(ref<DeviceCapacity>(() => DeviceCapacity)), "What it holds."),
    consumesCounters: opt(
      4,
      list(ref<DeviceCounterConsumption>(() => DeviceCounterConsumption)),
      "What it uses of shared amounts.",
      {
        maxItems: 2,
        gate: "DRAPartitionableDevices",
      },
    ),
    nodeName: opt(5, string, "Node that has it.", { keepZero: true, gate: "DRAPartitionableDevices" }),
    nodeSelector: opt(
      6,
      ref<NodeSelector>(() => NodeSelector),
      "Nodes that can use it.",
      { gate: "DRAPartitionableDevices" },
    ),
    allNodes: opt(7, bool, "All nodes can use it.", { keepZero: true, gate: "DRAPartitionableDevices" }),
    taints: opt(8, list(ref<DeviceTaint>(() => DeviceTaint)), "Reasons not to use it.", { gate: "DRADeviceTaints" }),
    bindsToNode: opt(9, bool, "Binds its claim to the node it is used on.", {
      keepZero: true,
      gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus",
    }),
    bindingConditions: opt(10, list(string), "Conditions that must hold before pods are bound.", {
      maxItems: 4,
      gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus",
    }),
    bindingFailureConditions: opt(11, list(string), "Conditions that keep pods from being bound.", {
      maxItems: 4,
      gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus",
    }),
    allowMultipleAllocations: opt(12, bool, "Whether several claims can have it.", {
      keepZero: true,
      gate: "DRAConsumableCapacity",
    }),
    nodeAllocatableResourceMappings: opt(
      13,
      map(ref<NodeAllocatableResourceMapping>(() => NodeAllocatableResourceMapping)),
      "Resources of the node that it uses up.",
      { gate: "DRANodeAllocatableResources" },
    ),
  },
  { doc: "A device." },
);
export interface Device extends Infer<typeof Device> {}

export const NodeAllocatableResourceMapping = struct(
  "resource.k8s.io/v1.NodeAllocatableResourceMapping",
  {
    capacityKey: opt(1, string, "Capacity of the device that it is counted by.", { keepZero: true }),
    allocationMultiplier: opt(2, quantity, "How much of it one unit costs.", { keepZero: true }),
  },
  { doc: "A resource of the node that a device uses up." },
);
export interface NodeAllocatableResourceMapping extends Infer<typeof NodeAllocatableResourceMapping> {}

export const DeviceTaint = struct(
  "resource.k8s.io/v1.DeviceTaint",
  {
    key: req(1, string, "Its key."),
    value: opt(2, string, "Its value."),
    effect: req(3, oneOf("NoExecute", "NoSchedule", "None"), "None, NoSchedule or NoExecute."),
    timeAdded: opt(4, time, "Since when it is there.", { keepZero: true }),
  },
  { doc: "A reason not to use a device." },
);
export interface DeviceTaint extends Infer<typeof DeviceTaint> {}

export const DeviceCounterConsumption = struct(
  "resource.k8s.io/v1.DeviceCounterConsumption",
  {
    counterSet: req(1, string, "Name of the set."),
    counters: req(2, map(ref<Counter>(() => Counter)), "Amounts by name."),
  },
  { doc: "What a device uses of shared amounts." },
);
export interface DeviceCounterConsumption extends Infer<typeof DeviceCounterConsumption> {}

export const Counter = struct(
  "resource.k8s.io/v1.Counter",
  {
    value: req(1, quantity, "How much."),
  },
  { doc: "An amount." },
);
export interface Counter extends Infer<typeof Counter> {}

export const DeviceCapacity = struct(
  "resource.k8s.io/v1.DeviceCapacity",
  {
    value: req(1, quantity, "How much."),
    requestPolicy: opt(
      2,
      ref<CapacityRequestPolicy>(() => CapacityRequestPolicy),
      "How it can be asked for.",
      { gate: "DRAConsumableCapacity" },
    ),
  },
  { doc: "What a device holds of something." },
);
export interface DeviceCapacity extends Infer<typeof DeviceCapacity> {}

export const CapacityRequestPolicy = struct(
  "resource.k8s.io/v1.CapacityRequestPolicy",
  {
    default: opt(1, quantity, "Amount where none is asked for.", { keepZero: true, emitEmpty: true }),
    validValues: opt(3, list(quantity), "The only amounts allowed."),
    validRange: opt(
      4,
      ref<CapacityRequestPolicyRange>(() => CapacityRequestPolicyRange),
      "Range of the amounts allowed.",
    ),
  },
  { doc: "How a capacity can be asked for." },
);
export interface CapacityRequestPolicy extends Infer<typeof CapacityRequestPolicy> {}

export const CapacityRequestPolicyRange = struct(
  "resource.k8s.io/v1.CapacityRequestPolicyRange",
  {
    min: req(1, quantity, "The least.", { keepZero: true }),
    max: opt(2, quantity, "The most.", { keepZero: true }),
    step: opt(3, quantity, "Distance between amounts.", { keepZero: true }),
  },
  { doc: "A range of amounts." },
);
export interface CapacityRequestPolicyRange extends Infer<typeof CapacityRequestPolicyRange> {}

export const DeviceAttribute = struct(
  "resource.k8s.io/v1.DeviceAttribute",
  {
    int: opt(2, int64, "A whole number.", { keepZero: true }),
    bool: opt(3, bool, "Yes or no.", { keepZero: true }),
    string: opt(4, string, "A text.", { keepZero: true }),
    version: opt(5, string, "A version.", { keepZero: true }),
    ints: opt(6, list(int64), "Whole numbers.", { gate: "DRAListTypeAttributes" }),
    bools: opt(7, list(bool), "Several yes or no.", { gate: "DRAListTypeAttributes" }),
    strings: opt(8, list(string), "Texts.", { gate: "DRAListTypeAttributes" }),
    versions: opt(9, list(string), "Versions.", { gate: "DRAListTypeAttributes" }),
  },
  { doc: "A property of a device; exactly one is given." },
);
export interface DeviceAttribute extends Infer<typeof DeviceAttribute> {}

export const ResourcePool = struct(
  "resource.k8s.io/v1.ResourcePool",
  {
    name: req(1, string, "Its name."),
    generation: req(2, int64, "Number of its present state; older slices do not count."),
    resourceSliceCount: req(3, int64, "How many slices it has in all."),
  },
  { doc: "A pool of devices." },
);
export interface ResourcePool extends Infer<typeof ResourcePool> {}

export const resourceSlices = resource<ResourceSlice>({
  group: "resource.k8s.io",
  version: "v1",
  kind: "ResourceSlice",
  plural: "resourceslices",
  namespaced: false,
  schema: ResourceSlice,
  storage: "resourceslices",
  storageVersionHash: "KsC072WgaEY=",
  formerVersions: ["v1beta2"],
  generationFields: ["spec"],
  columns: resourceSliceColumns,
  strategy: resourceSliceStrategy,
  selectableFields: resourceSliceFields,
});
