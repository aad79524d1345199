import type { DeviceClass, ResourceClaim, ResourceSlice } from "@skates/api/resource/v1";
import type { Pod } from "@skates/api/core/v1";
import { controls, type Delta } from "@skates/controller-runtime";

/** What is known of devices. */
export interface Devices {
  claim(namespace: string, name: string): ResourceClaim | undefined;
  deviceClass(name: string): DeviceClass | undefined;
  claims(): readonly ResourceClaim[];
  slices(): readonly ResourceSlice[];
  /** Rises with each change of slices. */
  stamp(): number;
  /** The class whose devices serve an extended resource. */
  classOf(resource: string): DeviceClass | undefined;
  /** Rises with each change of classes. */
  classStamp(): number;
  /** Tells of each change of a claim, before anybody decides by it; for as long as there is a scheduler. */
  onClaim(listener: (change: Delta<ResourceClaim>) => void): void;
  /** Resolves as soon as the condition holds; it is asked now and after each change of claims, and may not throw. */
  untilClaims(condition: () => boolean, signal: AbortSignal): Promise<void>;
}

/** A cluster without any. */
export const NO_DEVICES: Devices = {
  claim: () => undefined,
  deviceClass: () => undefined,
  claims: () => [],
  slices: () => [],
  stamp: () => 0,
  classOf: () => undefined,
  classStamp: () => 0,
  onClaim: () => undefined,
  untilClaims: (_condition, signal) =>
    new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    }),
};

/** The claims of a pod, or why it cannot be scheduled with them. */
export function podClaims(pod: Pod, devices: Devices): readonly ResourceClaim[] | string {
  const { name, namespace = "" } = pod.metadata;
  const out: ResourceClaim[] = [];
  for (const podClaim of pod.spec.resourceClaims ?? []) {
    const fromTemplate = podClaim.resourceClaimName === undefined;
    const status = pod.status?.resourceClaimStatuses?.find((one) => one.name === podClaim.name);
    if (fromTemplate && status === undefined) {
      return `pod ${JSON.stringify(`${namespace}/${name}`)}: ResourceClaim not created yet`;
    }
    const claimName = podClaim.resourceClaimName ?? status?.resourceClaimName;
    // The template asked for nothing.
    if (claimName === undefined) continue;
    const claim = devices.claim(namespace, claimName);
    if (claim === undefined) return `could not find ResourceClaim "${namespace}/${claimName}"`;
    if (claim.metadata.deletionTimestamp !== undefined)
      return `resourceclaim ${JSON.stringify(claimName)} is being deleted`;
    if (fromTemplate && !controls(pod, claim)) {
      return `ResourceClaim ${namespace}/${claimName} was not created for pod ${namespace}/${name} (pod is not owner)`;
    }
    out.push(claim);
  }
  return out;
}

/** `namespace/name`. */
export function resourceClaimKey({ metadata }: ResourceClaim): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}
