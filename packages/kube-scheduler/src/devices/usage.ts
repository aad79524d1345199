import { parseQuantity, type Quantity } from "@skates/apimachinery";
import type { CounterSet, DeviceRequestAllocationResult, ResourceClaim } from "@skates/api/resource/v1";
import type { Amounts } from "./capacity.ts";
import type { DevicePools, PoolDevice } from "./device-pools.ts";

/** What several claims have of a device together, in billionths. */
interface Shares {
  count: number;
  readonly used: Map<string, bigint>;
}

/** Which devices are given away, whole or in shares, and what is used of amounts that devices share. */
export class DeviceUsage {
  readonly #taken = new Set<string>();
  readonly #shares = new Map<string, Shares>();
  readonly #counted = new Map<string, bigint>();
  readonly #counters: ReadonlyMap<string, CounterSet>;

  /** `allocations`: all that is allocated, in the API or about to be. */
  constructor(pools: DevicePools, allocations: Iterable<readonly DeviceRequestAllocationResult[]>) {
    this.#counters = pools.counters;
    for (const results of allocations) {
      for (const result of results) {
        if (result.adminAccess === true) continue;
        const id = `${result.driver}/${result.pool}/${result.device}`;
        const device = pools.byId.get(id);
        if (result.shareID !== undefined) this.#addShare(id, device, amountsOf(result.consumedCapacity));
        else if (!this.#taken.has(id)) this.#addWhole(id, device);
      }
    }
  }

  /** Nobody has the device, or enough of it is left, and there is enough of what it shares with others. */
  free(device: PoolDevice, consumption: Amounts): boolean {
    if (this.#taken.has(device.id)) return false;
    const shares = this.#shares.get(device.id);
    if (shares === undefined) return this.#countersSuffice(device);
    if (!device.shareable) return false;
    for (const [name, amount] of consumption) {
      const offered = parseQuantity(device.device.capacity?.[name]?.value ?? "0").units;
      if ((shares.used.get(name) ?? 0n) + amount.units > offered) return false;
    }
    return true;
  }

  take(device: PoolDevice, consumption: Amounts): void {
    if (device.shareable) this.#addShare(device.id, device, consumption);
    else this.#addWhole(device.id, device);
  }

  giveBack(device: PoolDevice, consumption: Amounts): void {
    if (!device.shareable) {
      this.#taken.delete(device.id);
      return this.#count(device, -1n);
    }
    const shares = this.#shares.get(device.id);
    if (shares === undefined) return;
    for (const [name, { units }] of consumption) shares.used.set(name, (shares.used.get(name) ?? 0n) - units);
    if (--shares.count > 0) return;
    this.#shares.delete(device.id);
    this.#count(device, -1n);
  }

  #addWhole(id: string, device: PoolDevice | undefined): void {
    this.#taken.add(id);
    if (device !== undefined) this.#count(device, 1n);
  }

  /** The first share of a device takes what it shares with others. */
  #addShare(id: string, device: PoolDevice | undefined, consumption: Amounts): void {
    let shares = this.#shares.get(id);
    if (shares === undefined) {
      this.#shares.set(id, (shares = { count: 0, used: new Map() }));
      if (device !== undefined) this.#count(device, 1n);
    }
    shares.count++;
    for (const [name, { units }] of consumption) shares.used.set(name, (shares.used.get(name) ?? 0n) + units);
  }

  #countersSuffice(device: PoolDevice): boolean {
    for (const { counterSet, counters } of device.device.consumesCounters ?? []) {
      const set = this.#counters.get(`${device.driver}/${device.pool}/${counterSet}`);
      for (const [name, { value }] of Object.entries(counters)) {
        const offered = set?.counters[name];
        if (offered === undefined) return false;
        const used = this.#counted.get(counterId(device, counterSet, name)) ?? 0n;
        if (used + parseQuantity(value).units > parseQuantity(offered.value).units) return false;
      }
    }
    return true;
  }

  #count(device: PoolDevice, sign: 1n | -1n): void {
    for (const { counterSet, counters } of device.device.consumesCounters ?? []) {
      for (const [name, { value }] of Object.entries(counters)) {
        const id = counterId(device, counterSet, name);
        this.#counted.set(id, (this.#counted.get(id) ?? 0n) + sign * parseQuantity(value).units);
      }
    }
  }
}

/** What a claim was given. */
export function resultsOf({ status }: ResourceClaim): readonly DeviceRequestAllocationResult[] {
  return status?.allocation?.devices?.results ?? [];
}

function amountsOf(texts: Readonly<Record<string, string>> | undefined): Amounts {
  return new Map<string, Quantity>(Object.entries(texts ?? {}).map(([name, text]) => [name, parseQuantity(text)]));
}

function counterId({ driver, pool }: PoolDevice, set: string, name: string): string {
  return `${driver}/${pool}/${set}/${name}`;
}
