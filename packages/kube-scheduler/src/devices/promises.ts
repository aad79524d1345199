import type { AllocationResult, DeviceRequestAllocationResult, ResourceClaim } from "@skates/api/resource/v1";
import type { Delta } from "@skates/controller-runtime";
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
  /** The API has shown the claim with its devices, or that it is gone. */
  shown?: boolean;
  boundMs?: number;
}

/**
 * What was chosen for pods and is not seen in the API yet. One for all profiles: what one has given the others must not give. What the API
 * shows is noted when it shows it, for the same claim may be without devices again by the time that somebody asks.
 */
export class DevicePromises {
  readonly #byClaim = new Map<string, Promised>();
  readonly #byPod = new Map<string, ExtendedPromise>();
  #stamp = 0;

  constructor(devices: Pick<Devices, "onClaim">) {
    devices.onClaim((change) => this.#see(change));
  }

  /** Another number after each change of claims and of what is promised beyond them. */
  get stamp(): number {
    return this.#stamp;
  }

  add(claim: ResourceClaim, promise: Omit<Promised, "claim">): void {
    this.#stamp++;
    this.#byClaim.set(resourceClaimKey(claim), { ...promise, claim });
  }

  addExtended(pod: string, promise: ExtendedPromise): void {
    this.#stamp++;
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
    this.#stamp++;
    for (const [key, promise] of this.#byClaim) if (promise.pod === pod) this.#byClaim.delete(key);
    this.#byPod.delete(pod);
  }

  /** The pod has come to its node: what it was promised counts until the API shows it. */
  settle(pod: string, nowMs: number): void {
    const extended = this.#byPod.get(pod);
    if (extended?.shown === true) this.#byPod.delete(pod);
    else if (extended !== undefined) extended.boundMs = nowMs;
  }

  /** All that is promised beyond what the API shows. */
  results(nowMs: number): readonly (readonly DeviceRequestAllocationResult[])[] {
    const out = [...this.#byClaim.values()].map(({ results }) => results.devices?.results ?? []);
    for (const [pod, { results, shown, boundMs = nowMs }] of this.#byPod) {
      if (nowMs - boundMs > UNSEEN_MS_MAX) this.#byPod.delete(pod);
      else if (shown !== true) out.push(results.devices?.results ?? []);
    }
    return out;
  }

  #see({ type, object }: Delta<ResourceClaim>): void {
    this.#stamp++;
    const { uid } = object.metadata;
    const gone = type === "deleted";
    const settled = gone || object.status?.allocation !== undefined;
    const key = resourceClaimKey(object);
    const promised = this.#byClaim.get(key)?.claim.metadata.uid;
    if (promised === uid ? settled : !gone) this.#byClaim.delete(key);
    if (!settled) return;
    for (const [pod, promise] of this.#byPod) {
      if (!promise.created || promise.extended.claim.metadata.uid !== uid) continue;
      promise.shown = true;
      if (promise.boundMs !== undefined) this.#byPod.delete(pod);
    }
  }
}
