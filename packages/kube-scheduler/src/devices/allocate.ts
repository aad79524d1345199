import type { Node } from "@skates/api/core/v1";
import type {
  DeviceClass,
  DeviceConstraint,
  DeviceRequest,
  DeviceSelector,
  ResourceClaim,
} from "@skates/api/resource/v1";
import { type Amounts, consumptionOf } from "./capacity.ts";
import { resourceClaimKey } from "./devices.ts";
import { closedPoolFor, type DevicePools, devicesFor, type PoolDevice } from "./device-pools.ts";
import { Constraints } from "./constraints.ts";
import type { DeviceUsage } from "./usage.ts";
import { alternativesOf, keptAway, type Wanted } from "./wanted.ts";

/** True if all selectors hold for the device. Throws where one cannot be told: whose it is, and why. */
export type DeviceMatcher = (selectors: readonly DeviceSelector[], device: PoolDevice, whose: string) => boolean;

/** A device for a request of a claim. */
export interface Grant {
  readonly wanted: Wanted;
  readonly device: PoolDevice;
  /** What it takes of the device's capacities. */
  readonly consumption: Amounts;
}

export interface Allocation {
  readonly grants: readonly Grant[];
  /** For requests with alternatives, which one was taken, 0 for the best. */
  readonly alternatives: readonly number[];
}

export interface AllocateOptions {
  readonly node: Node;
  readonly deviceClass: (name: string) => DeviceClass | undefined;
  readonly pools: DevicePools;
  /** As it is before; it is the same after. */
  readonly usage: DeviceUsage;
  readonly matches: DeviceMatcher;
  /** True once the search has taken too long. */
  readonly expired?: (() => boolean) | undefined;
}

/** A search tries no more devices than this, rather than hold up all other pods. */
const STEPS_MAX = 50_000;
/** So often is looked at the time. */
const STEPS_PER_LOOK = 64;
/** Devices of one claim, as the API allows. */
const RESULTS_MAX = 32;

/**
 * Devices of the node for all requests of all claims, so that the constraints hold; the first that is found, with the alternatives of
 * requests in their order. Undefined: there are none. Throws where the search takes too long, where a class does not exist, where a
 * selector cannot be told, and where all devices are asked for while not all are known: in upstream's words.
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
    this.#usable = devicesFor(options.node, options.pools);
  }

  run(): Allocation | undefined {
    const { node, pools, usage } = this.#options;
    try {
      if (this.#request(0)) return { grants: this.#grants, alternatives: this.#alternatives };
      if (closedPoolFor(node, pools)?.why !== "invalid") return undefined;
      throw new Error("invalid resource pools were encountered");
    } finally {
      // The usage was only lent: others are tried with it, also where this search ends by an error.
      for (const { device, wanted, consumption } of this.#grants) {
        if (!wanted.adminAccess) usage.giveBack(device, consumption);
      }
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
    if (wanted.all) this.#assertAllKnown(wanted);
    const suitable = this.#suitable(wanted);
    // All means all that there are, whoever has them.
    const left = wanted.all ? suitable.length : wanted.count;
    const before = this.#grants.filter((grant) => grant.wanted.claim === wanted.claim).length;
    if (left === 0 || before + left > RESULTS_MAX) return false;
    return this.#pick({ at, wanted, suitable, from: 0, left });
  }

  #assertAllKnown({ claim, name }: Wanted): void {
    const closed = closedPoolFor(this.#options.node, this.#options.pools);
    if (closed === undefined) return;
    const state = closed.why === "invalid" ? "invalid" : "being updated";
    throw new Error(
      `claim ${resourceClaimKey(claim)}, request ${name}: asks for all devices, but resource pool ${closed.id} is currently ${state}`,
    );
  }

  #suitable({ claim, className, selectors, name, all, capacity }: Wanted): readonly PoolDevice[] {
    const { deviceClass, matches } = this.#options;
    const known = deviceClass(className);
    if (known === undefined) {
      throw new Error(
        `claim ${resourceClaimKey(claim)}, request ${name}: could not retrieve device class ${className}`,
      );
    }
    const ofClass = known.spec.selectors ?? [];
    const matching = this.#usable.filter(
      (device) =>
        matches(ofClass, device, `class ${className}`) &&
        matches(selectors, device, `claim ${resourceClaimKey(claim)}`),
    );
    // Devices that cannot give as much are none of those that are meant.
    return all ? matching.filter(({ device }) => consumptionOf(device, capacity) !== undefined) : matching;
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
      if (device === undefined) return false;
      this.#step();
      const grant = this.#grantOf(wanted, device);
      if (grant !== undefined && constraints?.add(wanted.name, device) === true) {
        if (!wanted.adminAccess) usage.take(device, grant.consumption);
        this.#grants.push(grant);
        if (this.#pick({ ...job, from: i + 1, left: left - 1 })) return true;
        this.#grants.pop();
        if (!wanted.adminAccess) usage.giveBack(device, grant.consumption);
        constraints.remove(wanted.name, device);
      }
      if (wanted.all) return false;
    }
    return false;
  }

  #step(): void {
    const late = ++this.#steps % STEPS_PER_LOOK === 0 && this.#options.expired?.() === true;
    if (late || this.#steps > STEPS_MAX) throw new Error("timed out trying to allocate devices");
  }

  /** Undefined: the device is somebody's, has too little left, or is tainted. */
  #grantOf(wanted: Wanted, device: PoolDevice): Grant | undefined {
    if (keptAway(device.device.taints, wanted.tolerations)) return undefined;
    const consumption = consumptionOf(device.device, wanted.capacity);
    if (consumption === undefined) return undefined;
    const { claim, adminAccess } = wanted;
    // Who only looks may look at what others have, but once for each claim.
    const here = device.shareable ? [] : this.#grants.filter((grant) => grant.device === device);
    if (adminAccess ? here.some((grant) => grant.wanted.claim === claim) : here.length > 0) return undefined;
    if (!adminAccess && !this.#options.usage.free(device, consumption)) return undefined;
    return { wanted, device, consumption };
  }
}
