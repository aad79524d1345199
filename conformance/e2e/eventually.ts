import { setTimeout as sleep } from "node:timers/promises";

/** Asks until `check` gives a value; the error of the last try when the time is up. */
export async function eventually<T>(what: string, check: () => Promise<T | undefined>, timeoutMs = 60_000): Promise<T> {
  const untilMs = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await check();
      if (value !== undefined) return value;
      last = "not yet";
    } catch (error) {
      last = error;
    }
    if (performance.now() > untilMs) throw new Error(`waited ${timeoutMs} ms for ${what}: ${String(last)}`);
    await sleep(200);
  }
}
