/** What a priority level asks for and may have, in seats. */
export interface Claim {
  readonly lower: number;
  readonly upper: number;
  /** What it would use if it were alone. */
  readonly target: number;
}

/**
 * Shares of `total`: each level gets the same fraction of its target, within its bounds. The fraction is found by halving, as the sum
 * grows with it.
 */
export function allocate(total: number, claims: readonly Claim[]): readonly number[] {
  const at = (fraction: number): readonly number[] =>
    claims.map(({ lower, upper, target }) => Math.min(upper, Math.max(lower, fraction * target)));
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
  let low = 0;
  let high = 1;
  while (sum(at(high)) < total && high < 1e6) high *= 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (sum(at(middle)) < total) low = middle;
    else high = middle;
  }
  return at(high);
}

/** Seats of a level, before any borrowing: its share of the server's, rounded up. */
export function nominalSeats(serverSeats: number, shares: number, sharesOfAll: number): number {
  return sharesOfAll === 0 ? 0 : Math.ceil((serverSeats * shares) / sharesOfAll);
}

/** The most that a level ever asked for at once, and a slowly forgetting average, both within a period. */
export class SeatDemand {
  #now = 0;
  #highest = 0;
  #area = 0;
  #squares = 0;
  #sinceMs: number;
  #fromMs: number;
  #smoothed = 0;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
    this.#fromMs = nowMs;
  }

  /** From now on so many seats are wanted, waiting requests included. */
  set(seats: number, nowMs: number): void {
    this.#integrate(nowMs);
    this.#now = seats;
    if (seats > this.#highest) this.#highest = seats;
  }

  /** Ends a period. */
  observe(nowMs: number): { readonly highest: number; readonly smoothed: number } {
    this.#integrate(nowMs);
    const periodMs = Math.max(1, nowMs - this.#fromMs);
    const average = this.#area / periodMs;
    const deviation = Math.sqrt(Math.max(0, this.#squares / periodMs - average * average));
    const envelope = average + deviation;
    this.#smoothed = Math.max(envelope, SMOOTHING * this.#smoothed + (1 - SMOOTHING) * envelope);
    const out = { highest: this.#highest, smoothed: this.#smoothed };
    this.#highest = this.#now;
    this.#area = 0;
    this.#squares = 0;
    this.#fromMs = nowMs;
    return out;
  }

  #integrate(nowMs: number): void {
    const passed = nowMs - this.#sinceMs;
    this.#area += this.#now * passed;
    this.#squares += this.#now * this.#now * passed;
    this.#sinceMs = nowMs;
  }
}

/** Of one period of ten seconds: half of it is forgotten in five minutes. */
const SMOOTHING = 0.977;
