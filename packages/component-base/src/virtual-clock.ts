import type { Clock } from "./clock.ts";

/** A clock that stands still until it is told to move: for tests and simulation. */
export interface VirtualClock extends Clock {
  /** Moves on by `ms`, waking sleepers in order of their time; lets microtasks and I/O turns run between wakes. */
  advance(ms: number): Promise<void>;
  /** How many sleepers wait now. */
  sleepers(): number;
}

interface Sleeper {
  readonly atMs: number;
  readonly order: number;
  readonly wake: () => void;
}

/** Starts at `startMs` (default 2026-01-01T00:00:00Z). `settle` runs what is due between wakes. */
export function virtualClock(startMs = 1_767_225_600_000, settle: () => Promise<void> = microtasks): VirtualClock {
  let now = startMs;
  let order = 0;
  const waiting = new Set<Sleeper>();

  function earliest(limitMs: number): Sleeper | undefined {
    let best: Sleeper | undefined;
    for (const s of waiting) {
      if (s.atMs > limitMs) continue;
      if (best === undefined || s.atMs < best.atMs || (s.atMs === best.atMs && s.order < best.order)) best = s;
    }
    return best;
  }

  return {
    nowMs: () => now,
    monotonicMs: () => now - startMs,
    sleepers: () => waiting.size,
    sleep(ms, signal) {
      return new Promise<void>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const onAbort = (): void => {
          waiting.delete(sleeper);
          reject(signal.reason);
        };
        const sleeper: Sleeper = {
          atMs: now + ms,
          order: order++,
          wake: () => {
            signal.removeEventListener("abort", onAbort);
            waiting.delete(sleeper);
            resolve();
          },
        };
        waiting.add(sleeper);
        signal.addEventListener("abort", onAbort, { once: true });
      });
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (let next = earliest(end); next !== undefined; next = earliest(end)) {
        now = Math.max(now, next.atMs);
        next.wake();
        await settle();
      }
      now = end;
      await settle();
    },
  };
}

async function microtasks(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}
