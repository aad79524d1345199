import type { Clock } from "@skates/component-base";

/** Counts events against a burst and a steady rate. */
export interface TokenBucket {
  /** Takes one token; false when none is left. */
  take(): boolean;
}

/** A full bucket of `size` tokens, refilled by `perSecond`. */
export function tokenBucket(clock: Clock, size: number, perSecond: number): TokenBucket {
  let tokens = size;
  let atMs = clock.monotonicMs();
  return {
    take() {
      const nowMs = clock.monotonicMs();
      tokens = Math.min(size, tokens + ((nowMs - atMs) / 1000) * perSecond);
      atMs = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
