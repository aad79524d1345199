import { type Service, services } from "@skates/api/core/v1";
import { formatKey, keyOf, type ObjectKey } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import { pick, type Random } from "@skates/component-base";
import { apiServerError } from "../errors.ts";
import { lowerBand, PORT_BANDS } from "./bands.ts";

export interface PortRange {
  readonly from: number;
  /** Included. */
  readonly to: number;
}

export interface NodePortsOptions {
  readonly registry: Registry;
  readonly random: Random;
  readonly range: PortRange;
  /** Called when ports may have been given to a service or taken from one. */
  readonly onChange?: (() => void) | undefined;
}

/**
 * Ports on the nodes. Nothing is kept but the services themselves: taken is what a stored service has, or what a write that is under
 * way in this process has claimed. There is one API server, so that no other can claim at the same time.
 */
export class NodePorts {
  readonly #options: NodePortsOptions;
  readonly #random: Random;
  /** Claims of writes under way, counted: a port may be claimed by two writes of the same service. */
  readonly #claimed = new Map<number, { readonly owner: string; count: number }>();

  constructor(options: NodePortsOptions) {
    this.#options = options;
    this.#random = options.random.stream("node-ports");
  }

  /** Starts a set of claims for a service, on the newest state. Its claims must be made in one turn, without waiting in between. */
  async begin(service: ObjectKey, signal: AbortSignal): Promise<PortClaims> {
    // Reading something live waits until the cache has all that is stored.
    await this.#options.registry.get(services, service, signal);
    const owner = formatKey(service);
    const own = new Set<number>();
    let known: ReadonlySet<number> | undefined;
    const taken = (): ReadonlySet<number> => {
      known ??= this.#takenByOthers(owner);
      return known;
    };
    return {
      claim: (port) => {
        const { range } = this.#options;
        if (port < range.from || port > range.to) {
          const valid = `The range of valid ports is ${range.from}-${range.to}`;
          throw apiServerError("PortRefused", `provided port is not in the valid range. ${valid}`);
        }
        if (taken().has(port)) throw apiServerError("PortRefused", "provided port is already allocated");
        this.#take(port, owner, own);
      },
      claimAny: (avoid) => {
        const others = taken();
        const port = this.#free((candidate) => others.has(candidate) || own.has(candidate) || avoid.has(candidate));
        if (port === undefined) throw apiServerError("RangeFull", "failed to allocate a nodePort: range is full");
        this.#take(port, owner, own);
        return port;
      },
      end: async (committed) => {
        // A stored service holds its ports itself, but only once the cache shows it.
        if (committed) await this.#options.registry.get(services, service, new AbortController().signal);
        for (const port of own) this.#giveBack(port);
        own.clear();
        if (committed) this.#options.onChange?.();
      },
    };
  }

  #takenByOthers(owner: string): ReadonlySet<number> {
    const taken = new Set<number>();
    for (const other of this.#options.registry.cachedList<Service>(services)) {
      if (formatKey(keyOf(other)) !== owner) for (const port of nodePortsOf(other)) taken.add(port);
    }
    for (const [port, claim] of this.#claimed) if (claim.owner !== owner) taken.add(port);
    return taken;
  }

  #free(isTaken: (port: number) => boolean): number | undefined {
    const { from, to } = this.#options.range;
    const size = to - from + 1;
    const lower = lowerBand(size, PORT_BANDS);
    return this.#freeIn(from + lower, size - lower, isTaken) ?? this.#freeIn(from, lower, isTaken);
  }

  #freeIn(from: number, size: number, isTaken: (port: number) => boolean): number | undefined {
    if (size === 0) return undefined;
    const start = pick(this.#random, size);
    for (let i = 0; i < size; i++) {
      const port = from + ((start + i) % size);
      if (!isTaken(port)) return port;
    }
    return undefined;
  }

  #take(port: number, owner: string, own: Set<number>): void {
    if (own.has(port)) return;
    own.add(port);
    const claim = this.#claimed.get(port);
    if (claim === undefined) this.#claimed.set(port, { owner, count: 1 });
    else claim.count++;
  }

  #giveBack(port: number): void {
    const claim = this.#claimed.get(port);
    if (claim === undefined) return;
    claim.count--;
    if (claim.count === 0) this.#claimed.delete(port);
  }
}

/** The ports that one write claims. */
export interface PortClaims {
  /** Throws `PortRefused` when it is taken or out of range. */
  claim(port: number): void;
  /** A free one that is not in `avoid`: by chance in the upper band, then in the lower. Throws `RangeFull` when none is left. */
  claimAny(avoid: ReadonlySet<number>): number;
  /** The write has ended: what it stored is taken by the stored service, the rest is free again. */
  end(committed: boolean): Promise<void>;
}

/** All node ports that a service has. */
export function nodePortsOf({ spec }: Service): readonly number[] {
  const ports = (spec.ports ?? []).map((port) => port.nodePort ?? 0);
  return [...ports, spec.healthCheckNodePort ?? 0].filter((port) => port !== 0);
}
