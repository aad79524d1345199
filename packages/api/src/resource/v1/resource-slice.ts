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

export const ResourceSlice = struct("resource.k8s.io/v1.ResourceSlice", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<ResourceSliceSpec>(() => ResourceSliceSpec),
    "",
  ),
});
export interface ResourceSlice extends Infer<typeof ResourceSlice> {}

export const ResourceSliceSpec = struct("resource.k8s.io/v1.ResourceSliceSpec", {
  driver: req(1, string, ""),
  pool: req(
    2,
    ref<ResourcePool>(() => ResourcePool),
    "",
  ),
  nodeName: opt(3, string, "", { keepZero: true }),
  nodeSelector: opt(
    4,
    ref<NodeSelector>(() => NodeSelector),
    "",
  ),
  allNodes: opt(5, bool, "", { keepZero: true }),
  devices: opt(6, list(ref<Device>(() => Device)), ""),
  perDeviceNodeSelection: opt(7, bool, "", { keepZero: true, gate: "DRAPartitionableDevices" }),
  sharedCounters: opt(8, list(ref<CounterSet>(() => CounterSet)), "", { maxItems: 8, gate: "DRAPartitionableDevices" }),
});
export interface ResourceSliceSpec extends Infer<typeof ResourceSliceSpec> {}

export const CounterSet = struct("resource.k8s.io/v1.CounterSet", {
  name: req(1, string, ""),
  counters: req(2, map(ref<Counter>(() => Counter)), ""),
});
export interface CounterSet extends Infer<typeof CounterSet> {}

export const Device = struct("resource.k8s.io/v1.Device", {
  name: req(1, string, ""),
  attributes: opt(2, map(ref<DeviceAttribute>(() => DeviceAttribute)), ""),
  capacity: opt(3, map(ref<DeviceCapacity>(() => DeviceCapacity)), ""),
  consumesCounters: opt(4, list(ref<DeviceCounterConsumption>(() => DeviceCounterConsumption)), "", {
    maxItems: 2,
    gate: "DRAPartitionableDevices",
  }),
  nodeName: opt(5, string, "", { keepZero: true, gate: "DRAPartitionableDevices" }),
  nodeSelector: opt(
    6,
    ref<NodeSelector>(() => NodeSelector),
    "",
    { gate: "DRAPartitionableDevices" },
  ),
  allNodes: opt(7, bool, "", { keepZero: true, gate: "DRAPartitionableDevices" }),
  taints: opt(8, list(ref<DeviceTaint>(() => DeviceTaint)), "", { gate: "DRADeviceTaints" }),
  bindsToNode: opt(9, bool, "", { keepZero: true, gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus" }),
  bindingConditions: opt(10, list(string), "", {
    maxItems: 4,
    gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus",
  }),
  bindingFailureConditions: opt(11, list(string), "", {
    maxItems: 4,
    gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus",
  }),
  allowMultipleAllocations: opt(12, bool, "", { keepZero: true, gate: "DRAConsumableCapacity" }),
  nodeAllocatableResourceMappings: opt(
    13,
    map(ref<NodeAllocatableResourceMapping>(() => NodeAllocatableResourceMapping)),
    "",
    { gate: "DRANodeAllocatableResources" },
  ),
});
export interface Device extends Infer<typeof Device> {}

export const NodeAllocatableResourceMapping = struct("resource.k8s.io/v1.NodeAllocatableResourceMapping", {
  capacityKey: opt(1, string, "", { keepZero: true }),
  allocationMultiplier: opt(2, quantity, "", { keepZero: true }),
});
export interface NodeAllocatableResourceMapping extends Infer<typeof NodeAllocatableResourceMapping> {}

export const DeviceTaint = struct("resource.k8s.io/v1.DeviceTaint", {
  key: req(1, string, ""),
  value: opt(2, string, ""),
  effect: req(3, oneOf("NoExecute", "NoSchedule", "None"), ""),
  timeAdded: opt(4, time, "", { keepZero: true }),
});
export interface DeviceTaint extends Infer<typeof DeviceTaint> {}

export const DeviceCounterConsumption = struct("resource.k8s.io/v1.DeviceCounterConsumption", {
  counterSet: req(1, string, ""),
  counters: req(2, map(ref<Counter>(() => Counter)), ""),
});
export interface DeviceCounterConsumption extends Infer<typeof DeviceCounterConsumption> {}

export const Counter = struct("resource.k8s.io/v1.Counter", {
  value: req(1, quantity, ""),
});
export interface Counter extends Infer<typeof Counter> {}

export const DeviceCapacity = struct("resource.k8s.io/v1.DeviceCapacity", {
  value: req(1, quantity, ""),
  requestPolicy: opt(
    2,
    ref<CapacityRequestPolicy>(() => CapacityRequestPolicy),
    "",
    { gate: "DRAConsumableCapacity" },
  ),
});
export interface DeviceCapacity extends Infer<typeof DeviceCapacity> {}

export const CapacityRequestPolicy = struct("resource.k8s.io/v1.CapacityRequestPolicy", {
  default: opt(1, quantity, "", { keepZero: true, emitEmpty: true }),
  validValues: opt(3, list(quantity), ""),
  validRange: opt(
    4,
    ref<CapacityRequestPolicyRange>(() => CapacityRequestPolicyRange),
    "",
  ),
});
export interface CapacityRequestPolicy extends Infer<typeof CapacityRequestPolicy> {}

export const CapacityRequestPolicyRange = struct("resource.k8s.io/v1.CapacityRequestPolicyRange", {
  min: req(1, quantity, "", { keepZero: true }),
  max: opt(2, quantity, "", { keepZero: true }),
  step: opt(3, quantity, "", { keepZero: true }),
});
export interface CapacityRequestPolicyRange extends Infer<typeof CapacityRequestPolicyRange> {}

export const DeviceAttribute = struct("resource.k8s.io/v1.DeviceAttribute", {
  int: opt(2, int64, "", { keepZero: true }),
  bool: opt(3, bool, "", { keepZero: true }),
  string: opt(4, string, "", { keepZero: true }),
  version: opt(5, string, "", { keepZero: true }),
  ints: opt(6, list(int64), "", { gate: "DRAListTypeAttributes" }),
  bools: opt(7, list(bool), "", { gate: "DRAListTypeAttributes" }),
  strings: opt(8, list(string), "", { gate: "DRAListTypeAttributes" }),
  versions: opt(9, list(string), "", { gate: "DRAListTypeAttributes" }),
});
export interface DeviceAttribute extends Infer<typeof DeviceAttribute> {}

export const ResourcePool = struct("resource.k8s.io/v1.ResourcePool", {
  name: req(1, string, ""),
  generation: req(2, int64, ""),
  resourceSliceCount: req(3, int64, ""),
});
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
  generationFields: ["spec"],
  columns: resourceSliceColumns,
  strategy: resourceSliceStrategy,
  selectableFields: resourceSliceFields,
});
