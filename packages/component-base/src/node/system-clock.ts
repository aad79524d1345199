import type { Clock } from "../clock.ts";

/** The longest time that one timer of Node.js can wait. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** The clock of the machine. */
export function systemClock(): Clock {
  return {
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    sleep,
  };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    let left = ms;
    let timer: NodeJS.Timeout;
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const arm = (): void => {
      const part = Math.min(left, TIMER_MS_MAX);
      left -= part;
      timer = setTimeout(() => {
        if (left > 0) return arm();
        signal.removeEventListener("abort", onAbort);
        resolve();
      }, part);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    arm();
  });
}
