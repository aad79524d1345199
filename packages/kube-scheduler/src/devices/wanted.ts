import type {
  DeviceClass,
  DeviceRequest,
  DeviceSelector,
  DeviceSubRequest,
  DeviceTaint,
  DeviceToleration,
  ExactDeviceRequest,
  ResourceClaim,
} from "@skates/api/resource/v1";
import type { DeviceFeatures } from "./device-features.ts";
import { resourceClaimKey } from "./devices.ts";

/** What one request asks for, an alternative being chosen. */
export interface Wanted {
  readonly claim: ResourceClaim;
  /** `name`, or `name/alternative`. */
  readonly name: string;
  readonly className: string;
  readonly selectors: readonly DeviceSelector[];
  readonly all: boolean;
  readonly count: number;
  readonly adminAccess: boolean;
  readonly tolerations: readonly DeviceToleration[] | undefined;
  /** How much of each device; undefined: what the devices give by default. */
  readonly capacity: Readonly<Record<string, string>> | undefined;
}

/** What a request asks for: one thing, or several in the order of preference. */
export function alternativesOf(
  claim: ResourceClaim,
  { name, exactly, firstAvailable = [] }: DeviceRequest,
): readonly Wanted[] {
  if (exactly !== undefined) return [wantedOf(claim, name, exactly)];
  return firstAvailable.map((alternative) => wantedOf(claim, `${name}/${alternative.name}`, alternative));
}

function wantedOf(claim: ResourceClaim, name: string, request: ExactDeviceRequest | DeviceSubRequest): Wanted {
  const { deviceClassName, selectors = [], allocationMode, count, tolerations, capacity } = request;
  return {
    claim,
    name,
    className: deviceClassName,
    selectors,
    all: allocationMode === "All",
    count: Number(count ?? 1),
    adminAccess: "adminAccess" in request && request.adminAccess === true,
    tolerations,
    capacity: capacity?.requests,
  };
}

/** Why nothing can be allocated for a claim whatever the node, in upstream's words. */
export function claimProblem(
  claim: ResourceClaim,
  {
    deviceClass,
    features,
  }: { readonly deviceClass: (name: string) => DeviceClass | undefined; readonly features: DeviceFeatures },
): string | undefined {
  const key = resourceClaimKey(claim);
  for (const request of claim.spec.devices?.requests ?? []) {
    const wanted = alternativesOf(claim, request);
    if (wanted.length === 0) return `resource claim ${key}, request ${request.name}: unknown request type`;
    if (request.exactly === undefined && !features.alternatives) {
      return `resource claim ${key}, request ${request.name}: has subrequests, but the DRAPrioritizedList feature is disabled`;
    }
    for (const { name, className, capacity } of wanted) {
      if (deviceClass(className) === undefined) return `request ${name}: device class ${className} does not exist`;
      if (capacity !== undefined && !features.shares) {
        return `claim ${key}, request ${name}: has capacity requests, but the DRAConsumableCapacity feature is disabled`;
      }
    }
  }
  return undefined;
}

/** True if a taint of a device keeps the request from it. Effects that are unknown, and None, keep nobody away. */
export function keptAway(taints: readonly DeviceTaint[] | undefined, tolerations: Wanted["tolerations"]): boolean {
  return (taints ?? []).some(
    (taint) =>
      (taint.effect === "NoSchedule" || taint.effect === "NoExecute") &&
      !(tolerations ?? []).some((toleration) => tolerates(toleration, taint)),
  );
}

function tolerates({ key = "", operator, value = "", effect }: DeviceToleration, taint: DeviceTaint): boolean {
  if (effect !== undefined && effect !== taint.effect) return false;
  if (key !== "" && key !== taint.key) return false;
  return operator === "Exists" || value === (taint.value ?? "");
}
