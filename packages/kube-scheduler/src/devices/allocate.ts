import type { Node } from "@skates/api/core/v1";
import type {
  DeviceConstraint,
  DeviceRequest,
  DeviceSelector,
  DeviceSubRequest,
  DeviceToleration,
  ExactDeviceRequest,
  ResourceClaim,
} from "@skates/api/resource/v1";
import { type DevicePools, devicesFor, type PoolDevice } from "./device-pools.ts";
import { Constraints } from "./constraints.ts";
import type { Devices } from "./devices.ts";
import type { DeviceUsage } from "./usage.ts";

/** True if all selectors hold for the device. Throws with the reason where one cannot be told. */
export type DeviceMatcher = (selectors: readonly DeviceSelector[], device: PoolDevice) => boolean;

/** A device for a request of a claim. */
export interface Grant {
  readonly claim: ResourceClaim;
  /** `name`, or `name/alternative`. */
  readonly request: string;
  readonly device: PoolDevice;
  readonly className: string;
  readonly adminAccess: boolean;
  readonly tolerations: readonly DeviceToleration[] | undefined;
}

export interface Allocation {
  readonly grants: readonly Grant[];
  /** For requests with alternatives, which one was taken, 0 for the best. */
  readonly alternatives: readonly number[];
}

export interface AllocateOptions {
  readonly node: Node;
  readonly devices: Devices;
  readonly pools: DevicePools;
  /** As it is before; it is the same after. */
  readonly usage: DeviceUsage;
  readonly matches: DeviceMatcher;
}

/** A search tries no more devices than this, rather than hold up all other pods. */
const STEPS_MAX = 50_000;
/** Devices of one claim, as the API allows. */
const RESULTS_MAX = 32;

/** What one request asks for, an alternative being chosen. */
interface Wanted {
  readonly claim: ResourceClaim;
  readonly name: string;
  readonly className: string;
  readonly selectors: readonly DeviceSelector[];
  readonly all: boolean;
  readonly count: number;
  readonly adminAccess: boolean;
  readonly tolerations: readonly DeviceToleration[] | undefined;
}

/**
 * Devices of the node for all requests of all claims, so that the constraints hold; the first that is found, with the alternatives of
 * requests in their order. Undefined: there are none. Throws where a class does not exist or a selector cannot be told.
 */
export function allocate(claims: readonly ResourceClaim[], options: AllocateOptions): Allocation | undefined {
  return new Search(claims, options).run();
}

class Search {
  readonly #options: AllocateOptions;
  readonly #requests: readonly { readonly claim: ResourceClaim; readonly request: DeviceRequest }[];
  readonly #constraints: ReadonlyMap<ResourceClaim, Constraints>;
  readonly #usable: readonly PoolDevice[];
  readonly #grants: Grant[] = [];
  readonly #alternatives: number[] = [];
  #steps = 0;

  constructor(claims: readonly ResourceClaim[], options: AllocateOptions) {
    this.#options = options;
    this.#requests = claims.flatMap((claim) =>
      (claim.spec.devices?.requests ?? []).map((request) => ({ claim, request })),
    );
    const of = (claim: ResourceClaim): readonly DeviceConstraint[] => claim.spec.devices?.constraints ?? [];
    this.#constraints = new Map(claims.map((claim) => [claim, new Constraints(of(claim))]));
    this.#usable = devicesFor(options.node, options.pools).filter(isPlain);
  }

  run(): Allocation | undefined {
    try {
      return this.#request(0) ? { grants: this.#grants, alternatives: this.#alternatives } : undefined;
    } finally {
      // The usage was only lent: others are tried with it, also where this search ends by an error.
      for (const { device, adminAccess } of this.#grants) if (!adminAccess) this.#options.usage.giveBack(device);
    }
  }

  /** Serves the request of this number and all after it. */
  #request(at: number): boolean {
    const next = this.#requests[at];
    if (next === undefined) return true;
    const { claim, request } = next;
    for (const [index, wanted] of alternativesOf(claim, request).entries()) {
      const choosing = request.exactly === undefined;
      if (choosing) this.#alternatives.push(index);
      if (this.#serve(at, wanted)) return true;
      if (choosing) this.#alternatives.pop();
    }
    return false;
  }

  #serve(at: number, wanted: Wanted): boolean {
    const suitable = this.#suitable(wanted);
    if (!wanted.all) return this.#pick({ at, wanted, suitable, from: 0, left: wanted.count });
    // All means all that there are, whoever has them.
    if (suitable.length === 0 || suitable.length > RESULTS_MAX) return false;
    return this.#pick({ at, wanted, suitable, from: 0, left: suitable.length });
  }

  #suitable({ className, selectors }: Wanted): readonly PoolDevice[] {
    const { devices, matches } = this.#options;
    const deviceClass = devices.deviceClass(className);
    if (deviceClass === undefined) throw new Error(`could not retrieve device class ${className}`);
    const all = [...(deviceClass.spec.selectors ?? []), ...selectors];
    return this.#usable.filter((device) => matches(all, device));
  }

  #pick(job: {
    readonly at: number;
    readonly wanted: Wanted;
    readonly suitable: readonly PoolDevice[];
    readonly from: number;
    readonly left: number;
  }): boolean {
    const { at, wanted, suitable, from, left } = job;
    if (left === 0) return this.#request(at + 1);
    const constraints = this.#constraints.get(wanted.claim);
    const { usage } = this.#options;
    for (let i = from; i + left <= suitable.length; i++) {
      const device = suitable[i];
      if (device === undefined || ++this.#steps > STEPS_MAX) return false;
      const grant = this.#grantOf(wanted, device);
      if (grant !== undefined && constraints?.add(wanted.name, device) === true) {
        if (!wanted.adminAccess) usage.take(device);
        this.#grants.push(grant);
        if (this.#pick({ ...job, from: i + 1, left: left - 1 })) return true;
        this.#grants.pop();
        if (!wanted.adminAccess) usage.giveBack(device);
        constraints.remove(wanted.name, device);
      }
      if (wanted.all) return false;
    }
    return false;
  }

  /** Undefined: the device is somebody's, or tainted. */
  #grantOf({ claim, name, className, adminAccess, tolerations }: Wanted, device: PoolDevice): Grant | undefined {
    if (!adminAccess && !this.#options.usage.free(device)) return undefined;
    const untolerated = (device.device.taints ?? []).some(
      (taint) => taint.effect !== "None" && !(tolerations ?? []).some((toleration) => tolerates(toleration, taint)),
    );
    return untolerated ? undefined : { claim, request: name, device, className, adminAccess, tolerations };
  }
}

/** Devices that several claims can have, or that must become ready first, are left alone: what they ask for is not done here. */
function isPlain({ device }: PoolDevice): boolean {
  return device.allowMultipleAllocations !== true && (device.bindingConditions ?? []).length === 0;
}

function alternativesOf(
  claim: ResourceClaim,
  { name, exactly, firstAvailable = [] }: DeviceRequest,
): readonly Wanted[] {
  if (exactly !== undefined) return [wantedOf(claim, name, exactly)];
  return firstAvailable.map((alternative) => wantedOf(claim, `${name}/${alternative.name}`, alternative));
}

function wantedOf(claim: ResourceClaim, name: string, request: ExactDeviceRequest | DeviceSubRequest): Wanted {
  const { deviceClassName, selectors = [], allocationMode, count, tolerations } = request;
  return {
    claim,
    name,
    className: deviceClassName,
    selectors,
    all: allocationMode === "All",
    count: Number(count ?? 1),
    adminAccess: "adminAccess" in request && request.adminAccess === true,
    tolerations,
  };
}

function tolerates(
  { key = "", operator, value = "", effect }: DeviceToleration,
  taint: { readonly key: string; readonly value?: string | undefined; readonly effect: string },
): boolean {
  if (effect !== undefined && effect !== taint.effect) return false;
  if (key !== "" && key !== taint.key) return false;
  return operator === "Exists" || value === (taint.value ?? "");
}
