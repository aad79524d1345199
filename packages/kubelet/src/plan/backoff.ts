/** How long something that failed is left alone: doubles from `initialMs` to `maxMs`, forgotten after twice `maxMs` without failure. */
export interface BackoffLimits {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** Upstream's limits for containers that crash and for images that cannot be pulled. */
export const CRASH_BACKOFF: BackoffLimits = { initialMs: 10_000, maxMs: 300_000 };
export const IMAGE_BACKOFF: BackoffLimits = { initialMs: 10_000, maxMs: 300_000 };

export interface Backoff {
  readonly delayMs: number;
  readonly lastUpdateMs: number;
}

/** The entry after another start, for something that ended at `eventMs`. */
export function nextBackoff(
  entry: Backoff | undefined,
  eventMs: number,
  nowMs: number,
  limits: BackoffLimits,
): Backoff {
  if (entry === undefined || expired(entry, eventMs, limits)) return { delayMs: limits.initialMs, lastUpdateMs: nowMs };
  return { delayMs: Math.min(entry.delayMs * 2, limits.maxMs), lastUpdateMs: nowMs };
}

/** Until when to wait after what happened at `eventMs`; undefined: no need to wait. */
export function waitUntil(
  entry: Backoff | undefined,
  eventMs: number,
  nowMs: number,
  limits: BackoffLimits,
): number | undefined {
  if (entry === undefined || expired(entry, eventMs, limits)) return undefined;
  const untilMs = eventMs + entry.delayMs;
  return nowMs < untilMs ? untilMs : undefined;
}

function expired(entry: Backoff, eventMs: number, limits: BackoffLimits): boolean {
  return eventMs - entry.lastUpdateMs > 2 * limits.maxMs;
}

/** `10s`, `1m20s`, `5m0s`: a duration as Go writes it. */
export function goSeconds(ms: number): string {
  const total = Math.round(ms / 1000);
  const minutes = Math.floor(total / 60);
  return minutes === 0 ? `${total}s` : `${minutes}m${total % 60}s`;
}
