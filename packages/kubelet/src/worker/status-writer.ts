import { isAbort, messageOf } from "@skates/component-base";
import type { Pod, PodStatus } from "@skates/api/core/v1";
import { statusPatch } from "../status/status-patch.ts";
import type { PodDeps } from "./pod-deps.ts";
import { RetryDelays } from "./retry-delays.ts";
import { Wakeup } from "./wakeup.ts";

const LAZY_MS = 300;

/** Brings a pod's status to the API, one write at a time; what changes during a write goes into the next one. */
export class StatusWriter {
  readonly #deps: Pick<PodDeps, "api" | "clock" | "log">;
  readonly #wakeup = new Wakeup();
  readonly #written = new Wakeup();
  #pod: Pod;
  #known: PodStatus | undefined;
  #wanted: PodStatus | undefined;
  #gone = false;
  /** The newest status that a write has brought to the API, or that needed none. */
  #acknowledged: PodStatus | undefined;
  /** When what is wanted is to be written; absent: nothing new. */
  #dueAtMs: number | undefined;
  constructor(deps: Pick<PodDeps, "api" | "clock" | "log">, pod: Pod) {
    this.#deps = deps;
    this.#pod = pod;
    this.#known = pod.status;
  }

  /** The API's newest state of the pod; what others changed there is put right with the next write. */
  observe(pod: Pod): void {
    this.#pod = pod;
    this.#known = pod.status;
    if (this.#patch() !== undefined) this.#dueAtMs ??= this.#deps.clock.nowMs() + LAZY_MS;
    this.#wakeup.notify();
  }

  /** What is not urgent may wait a moment for what comes next, so that a pod's start costs one write or two. */
  set(status: PodStatus, urgent: boolean): void {
    this.#wanted = status;
    this.#dueAtMs = urgent ? 0 : (this.#dueAtMs ?? this.#deps.clock.nowMs() + LAZY_MS);
    this.#wakeup.notify();
  }

  /** Resolves once the newest status is in the API, or the pod is gone from there. */
  async flushed(signal: AbortSignal): Promise<void> {
    this.#dueAtMs = 0;
    this.#wakeup.notify();
    while (!this.#gone && this.#acknowledged !== this.#wanted && !signal.aborted) {
      await this.#written.wait(this.#deps.clock, undefined, signal);
    }
    signal.throwIfAborted();
  }

  /** There is nothing left to write to. */
  stop(): void {
    this.#gone = true;
    this.#written.notify();
    this.#wakeup.notify();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    const delays = new RetryDelays(200, 10_000);
    while (!signal.aborted && !this.#gone) {
      await this.#wakeup.wait(clock, this.#dueAtMs, signal);
      if ((this.#dueAtMs ?? Infinity) > clock.nowMs()) continue;
      this.#dueAtMs = undefined;
      try {
        await this.#write(signal);
        delays.reset();
      } catch (error) {
        if (isAbort(error, signal)) return;
        log.warn("pod status could not be written", { pod: this.#pod.metadata.name, error: messageOf(error) });
        this.#dueAtMs = clock.nowMs() + delays.next();
      }
      this.#written.notify();
    }
  }

  #patch(): Readonly<Record<string, unknown>> | undefined {
    return this.#wanted === undefined ? undefined : statusPatch(this.#known, this.#wanted);
  }

  async #write(signal: AbortSignal): Promise<void> {
    const wanted = this.#wanted;
    const patch = this.#patch();
    if (patch !== undefined && !this.#gone) {
      const pod = await this.#deps.api.patchStatus(this.#pod, patch, signal);
      if (pod === undefined) return this.stop();
      this.#pod = pod;
      this.#known = pod.status;
    }
    this.#acknowledged = wanted;
  }
}
