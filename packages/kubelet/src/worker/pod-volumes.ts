import type { Pod } from "@skates/api/core/v1";
import { hasCode, isAbort, messageOf } from "@skates/component-base";
import type { MountedVolume, MountedVolumes } from "../pod-host.ts";
import type { PodDeps } from "./pod-deps.ts";
import { RetryDelays } from "./retry-delays.ts";

/** The volumes of one pod: mounted before its first container, brought up to date when what they show changes. */
export class PodVolumes {
  readonly #deps: PodDeps;
  readonly #wake: () => void;
  readonly #retries = new RetryDelays(500, 122_000);
  #mounted: MountedVolumes | undefined;
  #outdated = false;
  #retryAtMs: number | undefined;
  constructor(deps: PodDeps, wake: () => void) {
    this.#deps = deps;
    this.#wake = wake;
  }

  /** What they show has changed: mount again at the next turn. */
  outdated(): void {
    this.#outdated = true;
    this.#retryAtMs = undefined;
  }

  /** Whether there is something to do now. */
  due(nowMs: number): boolean {
    const renewAtMs = this.#mounted?.renewAtMs;
    if (this.#retryAtMs !== undefined && nowMs < this.#retryAtMs) return false;
    return this.#mounted === undefined || this.#outdated || (renewAtMs !== undefined && nowMs >= renewAtMs);
  }

  renewAtMs(): number | undefined {
    return this.#retryAtMs ?? this.#mounted?.renewAtMs;
  }

  mounted(): ReadonlyMap<string, MountedVolume> | undefined {
    return this.#mounted?.byName;
  }

  /** Mounts what is due. A failure is told to the user and tried again later; the volumes that were mounted before stay. */
  async mount(pod: Pod, signal: AbortSignal): Promise<void> {
    const { host, clock, recorder } = this.#deps;
    if (!this.due(clock.nowMs())) return;
    this.#outdated = false;
    try {
      if (this.#mounted === undefined) await host.setUpPod(pod, signal);
      this.#mounted = await host.mountVolumes(pod, signal);
      this.#retryAtMs = undefined;
      this.#retries.reset();
    } catch (error) {
      if (isAbort(error, signal)) throw error;
      this.#outdated = true;
      this.#retryAtMs = clock.nowMs() + this.#retries.next();
      recorder.event({ object: pod }, "Warning", reasonOf(error), messageOf(error));
      this.#wake();
    }
  }
}

const REASONS = {
  VolumeMapFailed: "FailedMapVolume",
  PodCgroupFailed: "FailedCreatePodContainer",
  PodDirectoriesFailed: "Failed",
} as const;

function reasonOf(error: unknown): string {
  return Object.entries(REASONS).find(([code]) => hasCode(error, code))?.[1] ?? "FailedMount";
}

/** Whether a failure is one of making what all of a pod stands on; it is told with its volumes. */
export function isSetUpFailure(error: unknown): boolean {
  return hasCode(error, "PodCgroupFailed") || hasCode(error, "PodDirectoriesFailed");
}
