import type { AllocationResult, DeviceRequestAllocationResult, ResourceClaim } from "@skates/api/resource/v1";
import { type Devices, resourceClaimKey } from "./devices.ts";
import type { ExtendedClaim } from "./extended-resources.ts";

/** So long devices of a claim that was made here are kept back at most, if the API never shows it. */
const UNSEEN_MS_MAX = 300_000;

/** What a claim of a user is about to be given. */
interface Promised {
  readonly pod: string;
  readonly claim: ResourceClaim;
  readonly results: AllocationResult;
}

/** What a pod's extended resources are about to be given; the claim comes to the API later. */
export interface ExtendedPromise {
  extended: ExtendedClaim;
  readonly results: AllocationResult;
  created: boolean;
  boundMs?: number;
}

/** What was chosen for pods and is not seen in the API yet. */
export class DevicePromises {
  readonly #devices: Devices;
  readonly #byClaim = new Map<string, Promised>();
  readonly #byPod = new Map<string, ExtendedPromise>();

  constructor(devices: Devices) {
    this.#devices = devices;
  }

  add(claim: ResourceClaim, promise: Omit<Promised, "claim">): void {
    this.#byClaim.set(resourceClaimKey(claim), { ...promise, claim });
  }

  addExtended(pod: string, promise: ExtendedPromise): void {
    this.#byPod.set(pod, promise);
  }

  /** What the claim has, or is about to be given. */
  allocationOf(claim: ResourceClaim): AllocationResult | undefined {
    return claim.status?.allocation ?? this.#byClaim.get(resourceClaimKey(claim))?.results;
  }

  extendedOf(pod: string): ExtendedPromise | undefined {
    return this.#byPod.get(pod);
  }

  /** Takes back what was promised for the pod. */
  drop(pod: string): void {
    for (const [key, promise] of this.#byClaim) if (promise.pod === pod) this.#byClaim.delete(key);
    this.#byPod.delete(pod);
  }

  /** The pod has come to its node: what it was promised counts until the API shows it. */
  settle(pod: string, nowMs: number): void {
    const extended = this.#byPod.get(pod);
    if (extended !== undefined) extended.boundMs = nowMs;
  }

  /** All that is promised beyond what the API shows. */
  results(nowMs: number): readonly (readonly DeviceRequestAllocationResult[])[] {
    for (const [key, { claim }] of this.#byClaim) {
      const now = this.#shown(claim);
      if (now === undefined || now.status?.allocation !== undefined) this.#byClaim.delete(key);
    }
    const out = [...this.#byClaim.values()].map(({ results }) => results.devices?.results ?? []);
    for (const [pod, { extended, results, created, boundMs }] of this.#byPod) {
      const shown = created && this.#shown(extended.claim)?.status?.allocation !== undefined;
      if (boundMs !== undefined && (shown || nowMs - boundMs > UNSEEN_MS_MAX)) this.#byPod.delete(pod);
      else if (!shown) out.push(results.devices?.results ?? []);
    }
    return out;
  }

  #shown({ metadata }: ResourceClaim): ResourceClaim | undefined {
    const now = this.#devices.claim(metadata.namespace ?? "", metadata.name);
    return now?.metadata.uid === metadata.uid ? now : undefined;
  }
}
