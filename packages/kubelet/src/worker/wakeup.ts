import type { Clock } from "@skates/component-base";

/**
 * Lets one loop sleep until something happens or a time comes. Notices that come while it works are not lost. It is kept by the signals it
 * was given: give it those that end with its owner.
 */
export class Wakeup {
  #noticed = false;
  #resolve: (() => void) | undefined;
  #followed: AbortSignal | undefined;

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
    this.#follow(signal);
    if (signal.aborted) return;
    const notice = new Promise<void>((resolve) => (this.#resolve = resolve));
    if (untilMs === undefined) await notice;
    else {
      const timer = new AbortController();
      const timeout = clock.sleep(Math.max(0, untilMs - clock.nowMs()), timer.signal).catch(() => undefined);
      await Promise.race([notice, timeout]);
      timer.abort(WOKEN);
    }
    this.#resolve = undefined;
  }

  /** One listener for as long as the signal is the same: to take one from among many is dear. */
  #follow(signal: AbortSignal): void {
    if (this.#followed === signal) return;
    this.#followed = signal;
    signal.addEventListener("abort", () => this.notify(), { once: true });
  }
}

/** An abort without a reason would make an error with its stack each time. */
const WOKEN = new Error("woken");
