/** Types of resource.k8s.io/v1. */
export { DeviceClass, DeviceClassConfiguration, DeviceClassSpec, deviceClasses } from "./device-class.ts";
export { DeviceConfiguration, OpaqueDeviceConfiguration } from "./device-configuration.ts";
export { CELDeviceSelector, DeviceSelector } from "./device-selector.ts";
export {
  AllocatedDeviceStatus,
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceAllocationResult,
  DeviceRequestAllocationResult,
  NetworkDeviceData,
  ResourceClaim,
  ResourceClaimConsumerReference,
  ResourceClaimStatus,
  resourceClaims,
} from "./resource-claim.ts";
export {
  CapacityRequirements,
  DeviceClaim,
  DeviceClaimConfiguration,
  DeviceConstraint,
  DeviceRequest,
  DeviceSubRequest,
  DeviceToleration,
  ExactDeviceRequest,
  ResourceClaimSpec,
} from "./resource-claim-spec.ts";
export { ResourceClaimTemplate, ResourceClaimTemplateSpec, resourceClaimTemplates } from "./resource-claim-template.ts";
export {
  CapacityRequestPolicy,
  CapacityRequestPolicyRange,
  Counter,
  CounterSet,
  Device,
  DeviceAttribute,
  DeviceCapacity,
  DeviceCounterConsumption,
  DeviceTaint,
  NodeAllocatableResourceMapping,
  ResourcePool,
  ResourceSlice,
  ResourceSliceSpec,
  resourceSlices,
} from "./resource-slice.ts";
