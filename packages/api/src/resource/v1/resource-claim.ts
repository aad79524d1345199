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

export const ResourceClaim = struct(
  "resource.k8s.io/v1.ResourceClaim",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<ResourceClaimSpec>(() => ResourceClaimSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<ResourceClaimStatus>(() => ResourceClaimStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "A wish for devices, and those it was given." },
);
export interface ResourceClaim extends Infer<typeof ResourceClaim> {}

export const ResourceClaimStatus = struct(
  "resource.k8s.io/v1.ResourceClaimStatus",
  {
    allocation: opt(
      1,
      ref<AllocationResult>(() => AllocationResult),
      "What it was given.",
    ),
    reservedFor: opt(
      2,
      list(
        ref<ResourceClaimConsumerReference>(() => ResourceClaimConsumerReference),
        { keys: ["uid"] },
      ),
      "Who may use it.",
      { maxItems: 256, patch: "merge", patchKey: "uid" },
    ),
    devices: opt(
      4,
      list(
        ref<AllocatedDeviceStatus>(() => AllocatedDeviceStatus),
        { keys: ["driver", "device", "pool", "shareID"] },
      ),
      "What the drivers say of the devices.",
      { gate: "DRAResourceClaimDeviceStatus" },
    ),
  },
  { doc: "State of a claim." },
);
export interface ResourceClaimStatus extends Infer<typeof ResourceClaimStatus> {}

export const AllocatedDeviceStatus = struct(
  "resource.k8s.io/v1.AllocatedDeviceStatus",
  {
    driver: req(1, string, "The driver."),
    pool: req(2, string, "Pool of the device."),
    device: req(3, string, "Name of the device."),
    shareID: opt(7, string, "Which share of it.", { keepZero: true, gate: "DRAConsumableCapacity" }),
    conditions: opt(
      4,
      list(
        ref<Condition>(() => Condition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { emitEmpty: true },
    ),
    data: opt(5, rawExtension, "Whatever else the driver says.", { keepZero: true }),
    networkData: opt(
      6,
      ref<NetworkDeviceData>(() => NetworkDeviceData),
      "For network devices: interface and addresses.",
    ),
  },
  { doc: "What a driver says of a device that was given away." },
);
export interface AllocatedDeviceStatus extends Infer<typeof AllocatedDeviceStatus> {}

export const NetworkDeviceData = struct(
  "resource.k8s.io/v1.NetworkDeviceData",
  {
    interfaceName: opt(1, string, "Name of the interface in the pod."),
    ips: opt(2, list(string), "Its addresses.", { maxItems: 16 }),
    hardwareAddress: opt(3, string, "Its hardware address."),
  },
  { doc: "Interface and addresses of a network device." },
);
export interface NetworkDeviceData extends Infer<typeof NetworkDeviceData> {}

export const ResourceClaimConsumerReference = struct(
  "resource.k8s.io/v1.ResourceClaimConsumerReference",
  {
    apiGroup: opt(1, string, "Its API group; empty for the core."),
    resource: req(3, string, "Plural of its kind."),
    name: req(4, string, "Its name."),
    uid: req(5, string, "Its uid."),
  },
  { doc: "An object that uses a claim." },
);
export interface ResourceClaimConsumerReference extends Infer<typeof ResourceClaimConsumerReference> {}

export const AllocationResult = struct(
  "resource.k8s.io/v1.AllocationResult",
  {
    devices: opt(
      1,
      ref<DeviceAllocationResult>(() => DeviceAllocationResult),
      "The devices.",
      { emitEmpty: true },
    ),
    nodeSelector: opt(
      3,
      ref<NodeSelector>(() => NodeSelector),
      "Nodes that can use them; all when absent.",
    ),
    allocationTimestamp: opt(5, time, "When it was given them.", {
      keepZero: true,
      gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus",
    }),
  },
  { doc: "What a claim was given." },
);
export interface AllocationResult extends Infer<typeof AllocationResult> {}

export const DeviceAllocationResult = struct(
  "resource.k8s.io/v1.DeviceAllocationResult",
  {
    results: opt(1, list(ref<DeviceRequestAllocationResult>(() => DeviceRequestAllocationResult)), "The devices.", {
      maxItems: 32,
    }),
    config: opt(
      2,
      list(ref<DeviceAllocationConfiguration>(() => DeviceAllocationConfiguration)),
      "Settings for them.",
      { maxItems: 64 },
    ),
  },
  { doc: "Devices that a claim was given." },
);
export interface DeviceAllocationResult extends Infer<typeof DeviceAllocationResult> {}

export const DeviceAllocationConfiguration = struct(
  "resource.k8s.io/v1.DeviceAllocationConfiguration",
  {
    source: req(1, oneOf("FromClaim", "FromClass"), "FromClass or FromClaim."),
    requests: opt(2, list(string), "Requests they are for; all when empty.", { maxItems: 32 }),
    ...inline(3, DeviceConfiguration),
  },
  { doc: "Settings for devices that were given away." },
);
export interface DeviceAllocationConfiguration extends Infer<typeof DeviceAllocationConfiguration> {}

export const DeviceRequestAllocationResult = struct(
  "resource.k8s.io/v1.DeviceRequestAllocationResult",
  {
    request: req(1, string, "The request."),
    driver: req(2, string, "The driver.", { maxLength: 63 }),
    pool: req(3, string, "Pool of the device."),
    device: req(4, string, "Name of the device."),
    adminAccess: opt(5, bool, "Only looks at the device.", { keepZero: true, gate: "DRAAdminAccess" }),
    tolerations: opt(6, list(ref<DeviceToleration>(() => DeviceToleration)), "Taints that are put up with.", {
      gate: "DRADeviceTaints",
    }),
    bindingConditions: opt(7, list(string), "Conditions that must hold before pods are bound.", {
      maxItems: 4,
      gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus",
    }),
    bindingFailureConditions: opt(8, list(string), "Conditions that keep pods from being bound.", {
      maxItems: 4,
      gate: "DRADeviceBindingConditions,DRAResourceClaimDeviceStatus",
    }),
    shareID: opt(9, string, "Which share of the device.", { keepZero: true, gate: "DRAConsumableCapacity" }),
    consumedCapacity: opt(10, map(quantity), "What it uses of the device.", { gate: "DRAConsumableCapacity" }),
  },
  { doc: "A device that serves a request." },
);
export interface DeviceRequestAllocationResult extends Infer<typeof DeviceRequestAllocationResult> {}

export const resourceClaims = resource<ResourceClaim>({
  group: "resource.k8s.io",
  version: "v1",
  kind: "ResourceClaim",
  plural: "resourceclaims",
  schema: ResourceClaim,
  storage: "resourceclaims",
  storageVersionHash: "wgAZaHcZxUg=",
  formerVersions: ["v1beta2"],
  generationFields: [],
  columns: resourceClaimColumns,
});
