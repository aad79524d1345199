import type { Clock } from "@skates/component-base";

/** Lets one loop sleep until something happens or a time comes. Notices that come while it works are not lost. */
export class Wakeup {
  #noticed = false;
  #resolve: (() => void) | undefined;

  notify(): void {
    this.#noticed = true;
    this.#resolve?.();
  }

  /** Returns at once if there was a notice since the last call. */
  async wait(clock: Clock, untilMs: number | undefined, signal: AbortSignal): Promise<void> {
    if (!this.#noticed) await this.#sleep(clock, untilMs, signal);
    this.#noticed = false;
  }

  async #sleep(clock: Clock, untilMs: number | undefined, signal: AbortSignal): Promise<void> {
    const timer = new AbortController();
    const notice = new Promise<void>((resolve) => {
      this.#resolve = resolve;
      signal.addEventListener("abort", () => resolve(), { once: true, signal: timer.signal });
    });
    const timeout =
      untilMs === undefined
        ? notice
        : clock.sleep(Math.max(0, untilMs - clock.nowMs()), timer.signal).catch(() => undefined);
    if (!signal.aborted) await Promise.race([notice, timeout]);
    timer.abort();
    this.#resolve = undefined;
  }
}
