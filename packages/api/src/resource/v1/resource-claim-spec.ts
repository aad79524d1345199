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

export const ResourceClaimSpec = struct("resource.k8s.io/v1.ResourceClaimSpec", {
  devices: opt(
    1,
    ref<DeviceClaim>(() => DeviceClaim),
    "",
    { emitEmpty: true },
  ),
});
export interface ResourceClaimSpec extends Infer<typeof ResourceClaimSpec> {}

export const DeviceClaim = struct("resource.k8s.io/v1.DeviceClaim", {
  requests: opt(1, list(ref<DeviceRequest>(() => DeviceRequest)), "", { emitEmpty: true, maxItems: 32 }),
  constraints: opt(2, list(ref<DeviceConstraint>(() => DeviceConstraint)), "", { maxItems: 32 }),
  config: opt(3, list(ref<DeviceClaimConfiguration>(() => DeviceClaimConfiguration)), "", { maxItems: 32 }),
});
export interface DeviceClaim extends Infer<typeof DeviceClaim> {}

export const DeviceClaimConfiguration = struct("resource.k8s.io/v1.DeviceClaimConfiguration", {
  requests: opt(1, list(string), "", { maxItems: 32 }),
  ...inline(2, DeviceConfiguration),
});
export interface DeviceClaimConfiguration extends Infer<typeof DeviceClaimConfiguration> {}

export const DeviceConstraint = struct("resource.k8s.io/v1.DeviceConstraint", {
  requests: opt(1, list(string), "", { maxItems: 32 }),
  matchAttribute: opt(2, string, "", { keepZero: true }),
  distinctAttribute: opt(3, string, "", { keepZero: true, gate: "DRAConsumableCapacity" }),
});
export interface DeviceConstraint extends Infer<typeof DeviceConstraint> {}

export const DeviceRequest = struct("resource.k8s.io/v1.DeviceRequest", {
  name: req(1, string, ""),
  exactly: opt(
    2,
    ref<ExactDeviceRequest>(() => ExactDeviceRequest),
    "",
  ),
  firstAvailable: opt(3, list(ref<DeviceSubRequest>(() => DeviceSubRequest)), "", {
    maxItems: 8,
    gate: "DRAPrioritizedList",
  }),
});
export interface DeviceRequest extends Infer<typeof DeviceRequest> {}

export const DeviceSubRequest = struct(
  "resource.k8s.io/v1.DeviceSubRequest",
  {
    name: req(1, string, ""),
    deviceClassName: req(2, string, ""),
    selectors: opt(3, list(ref<DeviceSelector>(() => DeviceSelector)), "", { maxItems: 32 }),
    allocationMode: opt(4, oneOf("All", "ExactCount"), "", { default: "ExactCount" }),
    count: opt(5, int64, ""),
    tolerations: opt(6, list(ref<DeviceToleration>(() => DeviceToleration)), "", { gate: "DRADeviceTaints" }),
    capacity: opt(
      7,
      ref<CapacityRequirements>(() => CapacityRequirements),
      "",
      { gate: "DRAConsumableCapacity" },
    ),
  },
  (): AnyStructOptions => ({ defaults: deviceCountDefaults }),
);
export interface DeviceSubRequest extends Infer<typeof DeviceSubRequest> {}

export const ExactDeviceRequest = struct(
  "resource.k8s.io/v1.ExactDeviceRequest",
  {
    deviceClassName: req(1, string, ""),
    selectors: opt(2, list(ref<DeviceSelector>(() => DeviceSelector)), "", { maxItems: 32 }),
    allocationMode: opt(3, oneOf("All", "ExactCount"), "", { default: "ExactCount" }),
    count: opt(4, int64, ""),
    adminAccess: opt(5, bool, "", { keepZero: true, gate: "DRAAdminAccess" }),
    tolerations: opt(6, list(ref<DeviceToleration>(() => DeviceToleration)), "", { gate: "DRADeviceTaints" }),
    capacity: opt(
      7,
      ref<CapacityRequirements>(() => CapacityRequirements),
      "",
      { gate: "DRAConsumableCapacity" },
    ),
  },
  (): AnyStructOptions => ({ defaults: deviceCountDefaults }),
);
export interface ExactDeviceRequest extends Infer<typeof ExactDeviceRequest> {}

export const CapacityRequirements = struct("resource.k8s.io/v1.CapacityRequirements", {
  requests: opt(1, map(quantity), ""),
});
export interface CapacityRequirements extends Infer<typeof CapacityRequirements> {}

export const DeviceToleration = struct("resource.k8s.io/v1.DeviceToleration", {
  key: opt(1, string, ""),
  operator: opt(2, oneOf("Equal", "Exists"), "", { default: "Equal" }),
  value: opt(3, string, ""),
  effect: opt(4, oneOf("NoExecute", "NoSchedule", "None"), ""),
  tolerationSeconds: opt(5, int64, "", { keepZero: true }),
});
export interface DeviceToleration extends Infer<typeof DeviceToleration> {}
