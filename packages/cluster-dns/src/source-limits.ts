import type { Clock } from "@skates/component-base";

/** Bounds of a DNS server. What is beyond them is not answered: a resolver asks again, and a forged sender gets nothing. */
export interface DnsLimits {
  /** Questions in one second, of one address and of all. */
  readonly perSourceSecond: number;
  readonly perSecond: number;
  /** Questions that are being answered, for example by other servers, at one time. */
  readonly perSourceInFlight: number;
  readonly inFlight: number;
  /** Connections over TCP, which carry one question at a time. */
  readonly perSourceConnections: number;
  readonly connections: number;
}

/** Far above what pods ask for, and low enough that one of them cannot take the server from all others. */
export const DNS_LIMITS: DnsLimits = {
  perSourceSecond: 3_000,
  perSecond: 30_000,
  perSourceInFlight: 200,
  inFlight: 1_500,
  perSourceConnections: 50,
  connections: 200,
};

/** Counts what each address takes of a server. Remembers addresses for a second, or while something of theirs goes on. */
export class SourceLimits {
  readonly #clock: Clock;
  readonly #limits: DnsLimits;
  readonly #thisSecond = new Map<string, number>();
  readonly #inFlight = new Counts();
  readonly #connections = new Counts();
  #secondMs = -Infinity;
  #asked = 0;

  constructor(clock: Clock, limits: DnsLimits = DNS_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** For a question: what to call once it is answered; undefined: it is not to be. */
  question(source: string): (() => void) | undefined {
    const { perSourceSecond, perSecond, perSourceInFlight, inFlight } = this.#limits;
    this.#turnSecond();
    const asked = (this.#thisSecond.get(source) ?? 0) + 1;
    if (asked > perSourceSecond || this.#asked >= perSecond) return undefined;
    this.#thisSecond.set(source, asked);
    this.#asked += 1;
    return this.#inFlight.take(source, perSourceInFlight, inFlight);
  }

  /** For a connection: what to call once it is closed; undefined: it is to be closed at once. */
  connection(source: string): (() => void) | undefined {
    return this.#connections.take(source, this.#limits.perSourceConnections, this.#limits.connections);
  }

  #turnSecond(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#secondMs < 1000) return;
    this.#secondMs = nowMs;
    this.#thisSecond.clear();
    this.#asked = 0;
  }
}

/** How many of something each address has. */
class Counts {
  readonly #bySource = new Map<string, number>();
  #all = 0;

  take(source: string, sourceMax: number, max: number): (() => void) | undefined {
    const own = this.#bySource.get(source) ?? 0;
    if (own >= sourceMax || this.#all >= max) return undefined;
    this.#bySource.set(source, own + 1);
    this.#all += 1;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#all -= 1;
      const left = (this.#bySource.get(source) ?? 1) - 1;
      if (left === 0) this.#bySource.delete(source);
      else this.#bySource.set(source, left);
    };
  }
}
