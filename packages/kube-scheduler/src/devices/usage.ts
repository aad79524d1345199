import { parseQuantity } from "@skates/apimachinery";
import type { CounterSet, DeviceRequestAllocationResult, ResourceClaim } from "@skates/api/resource/v1";
import type { DevicePools, PoolDevice } from "./device-pools.ts";

/** Which devices are given away, and what is used of amounts that devices share. */
export class DeviceUsage {
  readonly #taken = new Set<string>();
  readonly #used = new Map<string, bigint>();
  readonly #counters: ReadonlyMap<string, CounterSet>;

  /** `claims`: with all that is allocated, in the API or about to be. */
  constructor(pools: DevicePools, allocations: Iterable<readonly DeviceRequestAllocationResult[]>) {
    this.#counters = pools.counters;
    const byId = new Map(pools.devices.map((device) => [device.id, device]));
    for (const results of allocations) {
      for (const { driver, pool, device, adminAccess } of results) {
        if (adminAccess === true) continue;
        const id = `${driver}/${pool}/${device}`;
        if (this.#taken.has(id)) continue;
        this.#taken.add(id);
        const known = byId.get(id);
        if (known !== undefined) this.#count(known, 1n);
      }
    }
  }

  /** The device is nobody's, and there is enough of what it shares with others. */
  free(device: PoolDevice): boolean {
    if (this.#taken.has(device.id)) return false;
    for (const { counterSet, counters } of device.device.consumesCounters ?? []) {
      const set = this.#counters.get(`${device.driver}/${device.pool}/${counterSet}`);
      for (const [name, { value }] of Object.entries(counters)) {
        const offered = set?.counters[name];
        if (offered === undefined) return false;
        const used = this.#used.get(counterId(device, counterSet, name)) ?? 0n;
        if (used + millis(value) > millis(offered.value)) return false;
      }
    }
    return true;
  }

  take(device: PoolDevice): void {
    this.#taken.add(device.id);
    this.#count(device, 1n);
  }

  giveBack(device: PoolDevice): void {
    this.#taken.delete(device.id);
    this.#count(device, -1n);
  }

  #count(device: PoolDevice, sign: 1n | -1n): void {
    for (const { counterSet, counters } of device.device.consumesCounters ?? []) {
      for (const [name, { value }] of Object.entries(counters)) {
        const id = counterId(device, counterSet, name);
        this.#used.set(id, (this.#used.get(id) ?? 0n) + sign * millis(value));
      }
    }
  }
}

/** What a claim was given. */
export function resultsOf({ status }: ResourceClaim): readonly DeviceRequestAllocationResult[] {
  return status?.allocation?.devices?.results ?? [];
}

function counterId({ driver, pool }: PoolDevice, set: string, name: string): string {
  return `${driver}/${pool}/${set}/${name}`;
}

/** Amounts in thousandths. */
function millis(text: string): bigint {
  return BigInt(parseQuantity(text).milliValue());
}
