/** Source of time; nothing else may read a clock or sleep. */
export interface Clock {
  /** Wall clock, ms since the Unix epoch. May jump: for timestamps only. */
  nowMs(): number;
  /** Never goes back; arbitrary origin. For durations and deadlines. */
  monotonicMs(): number;
  /** Resolves after any `ms` >= 0 (timers past 24 days are split); rejects with `signal.reason` once aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** A signal that aborts when `parent` does or when `ms` have passed; disposing it frees its timer. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** True once the time ran out (and not because the parent aborted). */
  expired(): boolean;
}

/** Given as the reason, since an abort without one makes a DOMException with its stack each time. */
const DONE = new Error("done");

/** Bounds a piece of work in time. The abort reason on expiry is an Error named `TimeoutError`. */
export function deadline(clock: Clock, ms: number, parent: AbortSignal): Deadline {
  const controller = new AbortController();
  const timer = new AbortController();
  let late = false;
  const onParent = (): void => {
    timer.abort(DONE);
    controller.abort(parent.reason);
  };
  if (parent.aborted) onParent();
  else parent.addEventListener("abort", onParent, { once: true });
  clock.sleep(ms, timer.signal).then(
    () => {
      late = true;
      const error = new Error(`timed out after ${ms} ms`);
      error.name = "TimeoutError";
      controller.abort(error);
    },
    () => undefined, // cancelled: nothing is left to bound
  );
  return {
    signal: controller.signal,
    expired: () => late,
    [Symbol.dispose]: () => {
      parent.removeEventListener("abort", onParent);
      timer.abort(DONE);
    },
  };
}
