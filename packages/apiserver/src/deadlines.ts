import type { Clock } from "@skates/component-base";

interface Bounded {
  readonly endsMs: number;
  readonly controller: AbortController;
}

/** Bounds requests in time without a timer for each: asked by `tick`, about once a second. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #running = new Set<Bounded>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A signal that aborts with `parent` or when time is up; call `done` when the work has ended. */
  bound(parent: AbortSignal, ms: number): { readonly signal: AbortSignal; done(): void } {
    const controller = new AbortController();
    const bounded: Bounded = { endsMs: this.#clock.monotonicMs() + ms, controller };
    const onAbort = (): void => controller.abort(parent.reason);
    if (parent.aborted) onAbort();
    else parent.addEventListener("abort", onAbort, { once: true });
    this.#running.add(bounded);
    return {
      signal: controller.signal,
      done: () => {
        this.#running.delete(bounded);
        parent.removeEventListener("abort", onAbort);
      },
    };
  }

  /** `reason` makes what those are told whose time is up. */
  tick(reason: () => Error): void {
    const nowMs = this.#clock.monotonicMs();
    for (const bounded of this.#running) {
      if (nowMs < bounded.endsMs) continue;
      this.#running.delete(bounded);
      bounded.controller.abort(reason());
    }
  }
}
