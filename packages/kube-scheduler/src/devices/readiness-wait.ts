import type { ResourceClaim } from "@skates/api/resource/v1";
import { type Clock, deadline } from "@skates/component-base";
import type { EventRecorder } from "@skates/controller-runtime";
import type { Chosen } from "../framework/plugin.ts";
import type { SchedulerMetrics } from "../metrics.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import type { Devices } from "./devices.ts";
import { overdue, readinessOf } from "./readiness.ts";
import { resultsOf } from "./usage.ts";

/** So often is looked at devices that are to become ready, if no claim changes meanwhile. */
const LOOK_MS = 5_000;

export interface ReadinessWaitOptions {
  readonly devices: Devices;
  readonly clock: Clock;
  readonly recorder: (schedulerName: string) => EventRecorder;
  readonly metrics: Pick<SchedulerMetrics, "readinessAllocations" | "readinessSeconds">;
  /** So long devices may take to become ready. */
  readonly timeoutMs: number;
}

/** Holds pods back from their nodes until the devices that they were given are ready. */
export class ReadinessWait {
  readonly #options: ReadinessWaitOptions;

  constructor(options: ReadinessWaitOptions) {
    this.#options = options;
  }

  /** Resolves when the devices of all claims are ready; throws when one fails or it takes too long. Told in an event, and counted. */
  async wait({ pod, node }: Chosen, claims: readonly ResourceClaim[], signal: AbortSignal): Promise<void> {
    const { clock, recorder } = this.#options;
    recorder(pod.pod.spec.schedulerName ?? "").event({
      about: pod.pod,
      type: "Normal",
      reason: "BindingConditionsPending",
      message: `waiting for binding conditions for device on node ${node.name}`,
    });
    const startMs = clock.monotonicMs();
    let status = "failure";
    try {
      await this.#untilReady(pod, claims, signal);
      status = "success";
    } finally {
      this.#note(pod, claims, { status, seconds: (clock.monotonicMs() - startMs) / 1000 });
    }
  }

  /** The devices of the claim should have become ready by now. */
  overdue(claim: ResourceClaim): boolean {
    const { clock, timeoutMs } = this.#options;
    return overdue(claim, { nowMs: clock.nowMs(), timeoutMs });
  }

  async #untilReady(pod: PodInfo, claims: readonly ResourceClaim[], signal: AbortSignal): Promise<void> {
    const { clock, devices, timeoutMs } = this.#options;
    const startMs = clock.monotonicMs();
    let newest = claims;
    const look = (): "ready" | Error | undefined => {
      newest = newest.map((claim) => {
        const now = devices.claim(pod.namespace, claim.metadata.name);
        // What we wrote ourselves may not be seen yet.
        return now?.status?.allocation === undefined || now.metadata.uid !== claim.metadata.uid ? claim : now;
      });
      return this.#outcome(newest);
    };
    for (;;) {
      const outcome = look();
      if (outcome === "ready") return;
      if (outcome !== undefined) throw outcome;
      if (clock.monotonicMs() - startMs >= timeoutMs) throw new Error("device binding timeout");
      using soon = deadline(clock, LOOK_MS, signal);
      try {
        await devices.untilClaims(() => look() !== undefined, soon.signal);
      } catch (error) {
        if (!soon.expired()) throw error;
      }
    }
  }

  /** Undefined: some devices are still to become ready. */
  #outcome(claims: readonly ResourceClaim[]): "ready" | Error | undefined {
    for (const claim of claims) {
      const readiness = readinessOf(claim);
      if (readiness.kind === "ready") continue;
      if (readiness.kind === "failed") return new Error(readiness.message);
      return this.overdue(claim) ? new Error(`claim ${claim.metadata.name} binding timeout`) : undefined;
    }
    return "ready";
  }

  #note(
    { pod }: PodInfo,
    claims: readonly ResourceClaim[],
    { status, seconds }: { readonly status: string; readonly seconds: number },
  ): void {
    const { metrics } = this.#options;
    const drivers = claims.flatMap((claim) =>
      resultsOf(claim).flatMap(({ driver, bindingConditions = [] }) => (bindingConditions.length > 0 ? [driver] : [])),
    );
    for (const driver of new Set(drivers)) {
      const labels = [pod.spec.schedulerName ?? "", driver, status];
      metrics.readinessAllocations.inc(labels);
      metrics.readinessSeconds.observe(labels, seconds);
    }
  }
}
