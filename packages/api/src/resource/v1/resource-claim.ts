import {
  type Infer,
  bool,
  inline,
  list,
  map,
  oneOf,
  opt,
  quantity,
  rawExtension,
  ref,
  req,
  string,
  struct,
  time,
  typeMeta,
  Condition,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { NodeSelector } from "../../core/v1/node-selector.ts";
import { DeviceConfiguration } from "./device-configuration.ts";
import { DeviceToleration, ResourceClaimSpec } from "./resource-claim-spec.ts";
import { resourceClaimColumns } from "./resource-tables.ts";

export const ResourceClaim = struct("resource.k8s.io/v1.ResourceClaim", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<ResourceClaimSpec>(() => ResourceClaimSpec),
    "",
  ),
  status: opt(
    3,
    ref<ResourceClaimStatus>(() => ResourceClaimStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface ResourceClaim extends Infer<typeof ResourceClaim> {}

export const ResourceClaimStatus = struct("resource.k8s.io/v1.ResourceClaimStatus", {
  allocation: opt(
    1,
    ref<AllocationResult>(() => AllocationResult),
    "",
  ),
  reservedFor: opt(
    2,
    list(
      ref<ResourceClaimConsumerReference>(() => ResourceClaimConsumerReference),
      { keys: ["uid"] },
    ),
    "",
    { maxItems: 256, patch: "merge", patchKey: "uid" },
  ),
  devices: opt(
    4,
    list(
      ref<AllocatedDeviceStatus>(() => AllocatedDeviceStatus),
      { keys: ["driver", "device", "pool", "shareID"] },
    ),
    "",
    { gate: "DRAResourceClaimDeviceStatus" },
  ),
});
export interface ResourceClaimStatus extends Infer<typeof ResourceClaimStatus> {}

export const AllocatedDeviceStatus = struct("resource.k8s.io/v1.AllocatedDeviceStatus", {
  driver: req(1, string, ""),
  pool: req(2, string, ""),
  device: req(3, string, ""),
  shareID: opt(7, string, "", { keepZero: true, gate: "DRAConsumableCapacity" }),
  conditions: opt(
    4,
    list(
      ref<Condition>(() => Condition),
      { keys: ["type"] },
    ),
    "",
    { emitEmpty: true },
  ),
  data: opt(5, rawExtension, "", { keepZero: true }),
  networkData: opt(
    6,
    ref<NetworkDeviceData>(() => NetworkDeviceData),
    "",
  ),
});
export interface AllocatedDeviceStatus extends Infer<typeof AllocatedDeviceStatus> {}

export const NetworkDeviceData = struct("resource.k8s.io/v1.NetworkDeviceData", {
  interfaceName: opt(1, string, ""),
  ips: opt(2, list(string), "", { maxItems: 16 }),
  hardwareAddress: opt(3, string, ""),
});
export interface NetworkDeviceData extends Infer<typeof NetworkDeviceData> {}

export const ResourceClaimConsumerReference = struct("resource.k8s.io/v1.ResourceClaimConsumerReference", {
  apiGroup: opt(1, string, ""),
  resource: req(3, string, ""),
  name: req(4, string, ""),
  uid: req(5, string, ""),
});
export interface ResourceClaimConsumerReference extends Infer<typeof ResourceClaimConsumerReference> {}

export const AllocationResult = struct("resource.k8s.io/v1.AllocationResult", {
  devices: opt(
    1,
    ref<DeviceAllocationResult>(() => DeviceAllocationResult),
    "",
    { emitEmpty: true },
  ),
  nodeSelector: opt(
    3,
    ref<NodeSelector>(() => NodeSelector),
    "",
  ),
  allocationTimestamp: opt(5, time, "", {
    keepZero: true,
    gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus",
  }),
});
export interface AllocationResult extends Infer<typeof AllocationResult> {}

export const DeviceAllocationResult = struct("resource.k8s.io/v1.DeviceAllocationResult", {
  results: opt(1, list(ref<DeviceRequestAllocationResult>(() => DeviceRequestAllocationResult)), "", { maxItems: 32 }),
  config: opt(2, list(ref<DeviceAllocationConfiguration>(() => DeviceAllocationConfiguration)), "", { maxItems: 64 }),
});
export interface DeviceAllocationResult extends Infer<typeof DeviceAllocationResult> {}

export const DeviceAllocationConfiguration = struct("resource.k8s.io/v1.DeviceAllocationConfiguration", {
  source: req(1, oneOf("FromClaim", "FromClass"), ""),
  requests: opt(2, list(string), "", { maxItems: 32 }),
  ...inline(3, DeviceConfiguration),
});
export interface DeviceAllocationConfiguration extends Infer<typeof DeviceAllocationConfiguration> {}

export const DeviceRequestAllocationResult = struct("resource.k8s.io/v1.DeviceRequestAllocationResult", {
  request: req(1, string, ""),
  driver: req(2, string, "", { maxLength: 63 }),
  pool: req(3, string, ""),
  device: req(4, string, ""),
  adminAccess: opt(5, bool, "", { keepZero: true, gate: "DRAAdminAccess" }),
  tolerations: opt(6, list(ref<DeviceToleration>(() => DeviceToleration)), "", { gate: "DRADeviceTaints" }),
  bindingConditions: opt(7, list(string), "", {
    maxItems: 4,
    gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus",
  }),
  bindingFailureConditions: opt(8, list(string), "", {
    maxItems: 4,
    gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus",
  }),
  shareID: opt(9, string, "", { keepZero: true, gate: "DRAConsumableCapacity" }),
  consumedCapacity: opt(10, map(quantity), "", { gate: "DRAConsumableCapacity" }),
});
export interface DeviceRequestAllocationResult extends Infer<typeof DeviceRequestAllocationResult> {}

export const resourceClaims = resource<ResourceClaim>({
  group: "resource.k8s.io",
  version: "v1",
  kind: "ResourceClaim",
  plural: "resourceclaims",
  schema: ResourceClaim,
  storage: "resourceclaims",
  storageVersionHash: "wgAZaHcZxUg=",
  generationFields: [],
  columns: resourceClaimColumns,
});
