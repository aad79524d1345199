import type { ApiRequest } from "@skates/apimachinery";
import type { Clock } from "@skates/component-base";

interface Bounded {
  readonly endsMs: number;
  abort(reason: Error): void;
}

/** Bounds requests in time without a timer for each: asked by `tick`, about once a second. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #running = new Set<Bounded>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A signal that aborts when the caller has gone or time is up; call `done` when the work has ended. */
  bound(request: Pick<ApiRequest, "signal" | "abort">, ms: number): { readonly signal: AbortSignal; done(): void } {
    const { signal, abort } = request;
    if (abort === undefined) return this.#derived(signal, ms);
    const bounded = this.#add(ms, abort);
    return { signal, done: () => void this.#running.delete(bounded) };
  }

  #derived(parent: AbortSignal, ms: number): { readonly signal: AbortSignal; done(): void } {
    const controller = new AbortController();
    const bounded = this.#add(ms, (reason) => controller.abort(reason));
    const onAbort = (): void => controller.abort(parent.reason);
    if (parent.aborted) onAbort();
    else parent.addEventListener("abort", onAbort, { once: true });
    return {
      signal: controller.signal,
      done: () => {
        this.#running.delete(bounded);
        parent.removeEventListener("abort", onAbort);
      },
    };
  }

  #add(ms: number, abort: (reason: Error) => void): Bounded {
    const bounded = { endsMs: this.#clock.monotonicMs() + ms, abort };
    this.#running.add(bounded);
    return bounded;
  }

  /** `reason` makes what those are told whose time is up. */
  tick(reason: () => Error): void {
    const nowMs = this.#clock.monotonicMs();
    for (const bounded of this.#running) {
      if (nowMs < bounded.endsMs) continue;
      this.#running.delete(bounded);
      bounded.abort(reason());
    }
  }
}
