import type { FeatureGates } from "@skates/component-base";

/** What of devices is allocated; by the gates of the cluster. What is switched off is left alone or refused, never given by half. */
export interface DeviceFeatures {
  /** Devices that several claims share, each with an amount of its own. */
  readonly shares: boolean;
  /** Devices that must become ready before pods are bound. */
  readonly readiness: boolean;
  /** Devices that take from amounts which others share. */
  readonly partitions: boolean;
  readonly taints: boolean;
  /** Requests with alternatives. */
  readonly alternatives: boolean;
  /** Extended resources that are served by devices of a class. */
  readonly extendedResources: boolean;
  /** A search for devices ends after its time. */
  readonly filterTimeout: boolean;
}

/** All that is on by default. */
export const ALL_DEVICE_FEATURES: DeviceFeatures = {
  shares: true,
  readiness: true,
  partitions: true,
  taints: true,
  alternatives: true,
  extendedResources: true,
  filterTimeout: true,
};

/** The features by their gates. */
export function deviceFeatures(gates: FeatureGates): DeviceFeatures {
  return {
    shares: gates.enabled("DRAConsumableCapacity"),
    readiness: gates.enabled("DRADeviceBindingConditions") && gates.enabled("DRAResourceClaimDeviceStatus"),
    partitions: gates.enabled("DRAPartitionableDevices"),
    taints: gates.enabled("DRADeviceTaints"),
    alternatives: gates.enabled("DRAPrioritizedList"),
    extendedResources: gates.enabled("DRAExtendedResource"),
    filterTimeout: gates.enabled("DRASchedulerFilterTimeout"),
  };
}
