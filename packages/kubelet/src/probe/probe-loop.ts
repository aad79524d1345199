import { type Clock, isAbort } from "@skates/component-base";
import type { Probe } from "@skates/api/core/v1";
import type { ProbeOutcome } from "./run-probe.ts";

export type ProbeType = "liveness" | "readiness" | "startup";

export interface ProbeLoopOptions {
  readonly type: ProbeType;
  readonly probe: Probe;
  readonly clock: Clock;
  readonly startedAtMs: number;
  /** Makes the probe once. */
  run(signal: AbortSignal): Promise<ProbeOutcome>;
  /** Told about every outcome that is not a success. */
  failed(outcome: Exclude<ProbeOutcome, { readonly result: "success" }>): void;
  /** Told about a success that may not be what was meant. */
  warned(warning: string): void;
  /** Told when the answer changes. */
  changed(healthy: boolean): void;
}

/**
 * Probes one container until it has its final answer or the signal aborts: a startup probe ends with success, a liveness or
 * startup probe with failure (the container is killed then).
 */
export async function probeLoop(options: ProbeLoopOptions, signal: AbortSignal): Promise<void> {
  const { probe, clock, type } = options;
  const readyAtMs = options.startedAtMs + (probe.initialDelaySeconds ?? 0) * 1000;
  const threshold = { success: probe.successThreshold ?? 1, failure: probe.failureThreshold ?? 3 };
  let answer: boolean | undefined;
  let last: boolean | undefined;
  let run = 0;
  try {
    if (readyAtMs > clock.nowMs()) await clock.sleep(readyAtMs - clock.nowMs(), signal);
    for (;;) {
      const outcome = await options.run(signal);
      if (outcome.result !== "success") options.failed(outcome);
      else if (outcome.warning !== undefined) options.warned(outcome.warning);
      if (outcome.result !== "error") {
        const healthy = outcome.result === "success";
        run = healthy === last ? run + 1 : 1;
        last = healthy;
        if (run >= (healthy ? threshold.success : threshold.failure) && answer !== healthy) {
          answer = healthy;
          options.changed(healthy);
        }
        if (answer === false && type !== "readiness") return;
        if (answer === true && type === "startup") return;
      }
      await clock.sleep((probe.periodSeconds ?? 10) * 1000, signal);
    }
  } catch (error) {
    if (!isAbort(error, signal)) throw error;
  }
}
