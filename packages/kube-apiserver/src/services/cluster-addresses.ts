import { type IPAddress, ipAddresses, type ServiceCIDR, serviceCIDRs } from "@skates/api/networking/v1";
import { isStatus, type ObjectKey } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import type { Client } from "@skates/client";
import { pick, type Random } from "@skates/component-base";
import { apiServerError } from "../errors.ts";
import { ADDRESS_BANDS, lowerBand } from "./bands.ts";
import {
  type Address,
  type Cidr,
  contains,
  formatAddress,
  parseAddress,
  parseCidr,
  usableAddress,
  usableCount,
} from "./cidr.ts";

/** Marks the IPAddress objects that services' addresses are. */
export const MANAGED_BY = "ipallocator.k8s.io";
export const MANAGED_BY_LABEL = "ipaddress.kubernetes.io/managed-by";
const COUNT_MAX = 0xffff_ffffn;
const FAMILY_LABEL = "ipaddress.kubernetes.io/ip-family";

export interface ClusterAddressesOptions {
  readonly registry: Registry;
  /** Under the API server's own identity. */
  readonly client: Client;
  readonly random: Random;
}

/**
 * Addresses of services. Each one given out is an IPAddress object of that name: creating it is the claim, which only one can win,
 * and it outlives every crash. Throws OperatingErrors `AddressRefused` and `RangeFull` with upstream's
 * texts.
 */
export class ClusterAddresses {
  readonly #options: ClusterAddressesOptions;
  readonly #random: Random;

  constructor(options: ClusterAddressesOptions) {
    this.#options = options;
    this.#random = options.random.stream("cluster-addresses");
  }

  /** Claims an address that somebody has chosen. */
  async claim(text: string, service: ObjectKey, signal: AbortSignal): Promise<void> {
    if (!(await this.#create(this.#usable(text), service, signal))) throw taken(text);
  }

  /** Claims a free one: by chance in the upper band, then in the lower. */
  async claimAny(family: "IPv4" | "IPv6", service: ObjectKey, signal: AbortSignal): Promise<string> {
    for (const cidr of this.#cidrs()) {
      if (cidr.family !== family) continue;
      const count = countOf(cidr);
      const lower = lowerBand(count, ADDRESS_BANDS);
      const found =
        (await this.#claimIn({ cidr, from: lower, to: count, service }, signal)) ??
        (await this.#claimIn({ cidr, from: 0, to: lower, service }, signal));
      if (found !== undefined) return found;
    }
    throw apiServerError("RangeFull", "failed to allocate a serviceIP: range is full");
  }

  /** Checks for a dry run that `claim` would succeed now. */
  check(text: string): void {
    const name = formatAddress(this.#usable(text));
    if (this.#options.registry.cached(ipAddresses, { name }) !== undefined) throw taken(text);
  }

  /** A free address for a dry run; the same request later may get another. */
  suggest(family: "IPv4" | "IPv6"): string {
    for (const cidr of this.#cidrs()) {
      if (cidr.family !== family) continue;
      const count = countOf(cidr);
      const free = this.#freeFrom(cidr, 0, count, pick(this.#random, count));
      if (free !== undefined) return formatAddress(free);
    }
    throw apiServerError("RangeFull", "failed to allocate a serviceIP: range is full");
  }

  /** Gives an address back, if it is still this service's. */
  async release(text: string, service: ObjectKey, signal: AbortSignal): Promise<void> {
    const address = parseAddress(text);
    if (address === undefined) return;
    const name = formatAddress(address);
    const held = this.#options.registry.cached(ipAddresses, { name });
    if (held === undefined || !belongsTo(held, service)) return;
    const client = this.#options.client.resource(ipAddresses);
    try {
      await client.delete({ name }, { preconditions: { uid: held.metadata.uid } }, signal);
    } catch (error) {
      if (!isStatus(error, "NotFound") && !isStatus(error, "Conflict")) throw error;
    }
  }

  /** The ranges of all ServiceCIDRs that are not being deleted, in the order of their names. */
  #cidrs(): readonly Cidr[] {
    return this.#options.registry
      .cachedList<ServiceCIDR>(serviceCIDRs)
      .filter((object) => object.metadata.deletionTimestamp === undefined)
      .flatMap((object) => object.spec.cidrs ?? [])
      .map(parseCidr)
      .filter((cidr) => cidr !== undefined);
  }

  #usable(text: string): Address {
    const address = parseAddress(text);
    if (address !== undefined && this.#cidrs().some((cidr) => isUsable(cidr, address))) return address;
    throw refused(`failed to allocate IP ${text}: the provided network does not match the current range`);
  }

  /** The families of the ranges, in their order. */
  families(): readonly Cidr["family"][] {
    return [...new Set(this.#cidrs().map((cidr) => cidr.family))];
  }

  async #claimIn(band: Band, signal: AbortSignal): Promise<string | undefined> {
    const { cidr, from, to, service } = band;
    if (to <= from) return undefined;
    let at = from + pick(this.#random, to - from);
    for (;;) {
      const address = this.#freeFrom(cidr, from, to, at);
      if (address === undefined) return undefined;
      if (await this.#create(address, service, signal)) return formatAddress(address);
      // Somebody was faster, and the cache may not know yet: go on behind it.
      const index = Number(address.value - usableAddress(cidr, 0n).value);
      at = index + 1 < to ? index + 1 : from;
    }
  }

  /** The first address that looks free, from `at` to the end of the band and on from its beginning. */
  #freeFrom(cidr: Cidr, from: number, to: number, at: number): Address | undefined {
    for (let i = 0; i < to - from; i++) {
      const index = from + ((at - from + i) % (to - from));
      const address = usableAddress(cidr, BigInt(index));
      if (this.#options.registry.cached(ipAddresses, { name: formatAddress(address) }) === undefined) return address;
    }
    return undefined;
  }

  async #create(address: Address, { namespace = "", name }: ObjectKey, signal: AbortSignal): Promise<boolean> {
    const object: IPAddress = {
      apiVersion: "networking.k8s.io/v1",
      kind: "IPAddress",
      metadata: {
        name: formatAddress(address),
        labels: { [FAMILY_LABEL]: address.family, [MANAGED_BY_LABEL]: MANAGED_BY },
      },
      spec: { parentRef: { resource: "services", namespace, name } },
    };
    try {
      await this.#options.client.resource(ipAddresses).create(object, {}, signal);
      return true;
    } catch (error) {
      if (isStatus(error, "AlreadyExists")) return false;
      throw error;
    }
  }
}

interface Band {
  readonly cidr: Cidr;
  readonly from: number;
  readonly to: number;
  readonly service: ObjectKey;
}

/** Whether an IPAddress stands for an address of this service. */
export function belongsTo({ spec }: IPAddress, { namespace = "", name }: ObjectKey): boolean {
  const { group = "", resource, namespace: parentNamespace = "", name: parentName } = spec.parentRef;
  return group === "" && resource === "services" && parentNamespace === namespace && parentName === name;
}

function isUsable(cidr: Cidr, address: Address): boolean {
  if (!contains(cidr, address)) return false;
  const index = address.value - usableAddress(cidr, 0n).value;
  return index >= 0n && index < usableCount(cidr);
}

/** Of huge ranges only the beginning is used. */
function countOf(cidr: Cidr): number {
  const count = usableCount(cidr);
  return Number(count > COUNT_MAX ? COUNT_MAX : count);
}

function taken(text: string): Error {
  return refused(`failed to allocate IP ${text}: provided IP is already allocated`);
}

function refused(message: string): Error {
  return apiServerError("AddressRefused", message);
}
