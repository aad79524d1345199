import {
  type Infer,
  bool,
  inline,
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
  type AnyStructOptions,
} from "@skates/apimachinery";
import { DeviceConfiguration } from "./device-configuration.ts";
import { DeviceSelector } from "./device-selector.ts";
import { deviceCountDefaults } from "./resource-tables.ts";

export const ResourceClaimSpec = struct(
  "resource.k8s.io/v1.ResourceClaimSpec",
  {
    devices: opt(
      1,
      ref<DeviceClaim>(() => DeviceClaim),
      "The devices.",
      { emitEmpty: true },
    ),
  },
  { doc: "What devices are asked for; it stays." },
);
export interface ResourceClaimSpec extends Infer<typeof ResourceClaimSpec> {}

export const DeviceClaim = struct(
  "resource.k8s.io/v1.DeviceClaim",
  {
    requests: opt(1, list(ref<DeviceRequest>(() => DeviceRequest)), "Single requests.", {
      emitEmpty: true,
      maxItems: 32,
    }),
    constraints: opt(2, list(ref<DeviceConstraint>(() => DeviceConstraint)), "What must hold between the devices.", {
      maxItems: 32,
    }),
    config: opt(3, list(ref<DeviceClaimConfiguration>(() => DeviceClaimConfiguration)), "Settings for them.", {
      maxItems: 32,
    }),
  },
  { doc: "Which devices, and how they go together." },
);
export interface DeviceClaim extends Infer<typeof DeviceClaim> {}

export const DeviceClaimConfiguration = struct(
  "resource.k8s.io/v1.DeviceClaimConfiguration",
  {
    requests: opt(1, list(string), "Requests they are for; all when empty.", { maxItems: 32 }),
    ...inline(2, DeviceConfiguration),
  },
  { doc: "Settings for devices of a claim." },
);
export interface DeviceClaimConfiguration extends Infer<typeof DeviceClaimConfiguration> {}

export const DeviceConstraint = struct(
  "resource.k8s.io/v1.DeviceConstraint",
  {
    requests: opt(1, list(string), "Requests it is about; all when empty.", { maxItems: 32 }),
    matchAttribute: opt(2, string, "Attribute that must be the same for all.", { keepZero: true }),
    distinctAttribute: opt(3, string, "Attribute that must differ for all.", {
      keepZero: true,
      gate: "DRAConsumableCapacity",
    }),
  },
  { doc: "What must hold between devices." },
);
export interface DeviceConstraint extends Infer<typeof DeviceConstraint> {}

export const DeviceRequest = struct(
  "resource.k8s.io/v1.DeviceRequest",
  {
    name: req(1, string, "Name of the request."),
    exactly: opt(
      2,
      ref<ExactDeviceRequest>(() => ExactDeviceRequest),
      "What is asked for.",
    ),
    firstAvailable: opt(3, list(ref<DeviceSubRequest>(() => DeviceSubRequest)), "Alternatives, best first.", {
      maxItems: 8,
      gate: "DRAPrioritizedList",
    }),
  },
  { doc: "A request for devices." },
);
export interface DeviceRequest extends Infer<typeof DeviceRequest> {}

export const DeviceSubRequest = struct(
  "resource.k8s.io/v1.DeviceSubRequest",
  {
    name: req(1, string, "Name of the alternative."),
    deviceClassName: req(2, string, "Class of the devices."),
    selectors: opt(3, list(ref<DeviceSelector>(() => DeviceSelector)), "What the devices are like; all must hold.", {
      maxItems: 32,
    }),
    allocationMode: opt(4, oneOf("All", "ExactCount"), "ExactCount or All.", { default: "ExactCount" }),
    count: opt(5, int64, "How many."),
    tolerations: opt(
      6,
      list(ref<DeviceToleration>(() => DeviceToleration)),
      "Taints of devices that are put up with.",
      { gate: "DRADeviceTaints" },
    ),
    capacity: opt(
      7,
      ref<CapacityRequirements>(() => CapacityRequirements),
      "How much of each device is needed.",
      { gate: "DRAConsumableCapacity" },
    ),
  },
  (): AnyStructOptions => ({ defaults: deviceCountDefaults, doc: "An alternative of a request." }),
);
export interface DeviceSubRequest extends Infer<typeof DeviceSubRequest> {}

export const ExactDeviceRequest = struct(
  "resource.k8s.io/v1.ExactDeviceRequest",
  {
    deviceClassName: req(1, string, "Class of the devices."),
    selectors: opt(2, list(ref<DeviceSelector>(() => DeviceSelector)), "What the devices are like; all must hold.", {
      maxItems: 32,
    }),
    allocationMode: opt(3, oneOf("All", "ExactCount"), "ExactCount or All.", { default: "ExactCount" }),
    count: opt(4, int64, "How many."),
    adminAccess: opt(5, bool, "Looks at devices that others use.", { keepZero: true, gate: "DRAAdminAccess" }),
    tolerations: opt(
      6,
      list(ref<DeviceToleration>(() => DeviceToleration)),
      "Taints of devices that are put up with.",
      { gate: "DRADeviceTaints" },
    ),
    capacity: opt(
      7,
      ref<CapacityRequirements>(() => CapacityRequirements),
      "How much of each device is needed.",
      { gate: "DRAConsumableCapacity" },
    ),
  },
  (): AnyStructOptions => ({ defaults: deviceCountDefaults, doc: "What exactly is asked for." }),
);
export interface ExactDeviceRequest extends Infer<typeof ExactDeviceRequest> {}

export const CapacityRequirements = struct(
  "resource.k8s.io/v1.CapacityRequirements",
  {
    requests: opt(1, map(quantity), "Amounts by name."),
  },
  { doc: "How much of a device is needed." },
);
export interface CapacityRequirements extends Infer<typeof CapacityRequirements> {}

export const DeviceToleration = struct(
  "resource.k8s.io/v1.DeviceToleration",
  {
    key: opt(1, string, "Key of the taint; empty for all."),
    operator: opt(2, oneOf("Equal", "Exists"), "Exists or Equal.", { default: "Equal" }),
    value: opt(3, string, "Value of the taint."),
    effect: opt(4, oneOf("NoExecute", "NoSchedule", "None"), "Effect of the taint; empty for all."),
    tolerationSeconds: opt(5, int64, "How long it is put up with.", { keepZero: true }),
  },
  { doc: "A taint of devices that is put up with." },
);
export interface DeviceToleration extends Infer<typeof DeviceToleration> {}
