import type { Pod } from "@skates/api/core/v1";
import { finishedAtMs, indexFailures } from "./job-pod.ts";

const FIRST_MS = 10_000;
const LONGEST_MS = 600_000;

/** How long after so many failures in a row, the last at `lastMs`, the next pod has to wait. */
export function backoffLeftMs(failures: number, lastMs: number, nowMs: number): number {
  if (failures === 0) return 0;
  const wait = Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 30), LONGEST_MS);
  return Math.max(lastMs + wait - nowMs, 0);
}

/**
 * The wait of a job as a whole, from its pods that failed after the last that succeeded. `ended` as that of `Endings`; who succeeded is asked
 * for only when there may be something to wait for.
 */
export function jobBackoffLeftMs(
  succeeded: () => readonly Pod[],
  failed: readonly Pod[],
  { ended, nowMs }: { readonly ended: (pod: Pod) => number; readonly nowMs: number },
): number {
  const left = (pods: readonly Pod[]): number => backoffLeftMs(pods.length, Math.max(0, ...pods.map(ended)), nowMs);
  if (left(failed) === 0) return 0; // fewer would not make it longer
  const lastSuccessMs = succeeded().reduce((last, pod) => Math.max(last, finishedAtMs(pod)), 0);
  return left(failed.filter((pod) => finishedAtMs(pod) > lastSuccessMs));
}

/** The wait of one index, whose last pod was this. */
export function indexBackoffLeftMs(last: Pod | undefined, ended: (pod: Pod) => number, nowMs: number): number {
  if (last === undefined) return 0;
  const { counted, ignored } = indexFailures(last);
  return backoffLeftMs(counted + ignored + 1, ended(last), nowMs);
}

/**
 * When pods ended, by the clock of whoever asks: never later than when that was first seen. Nodes' clocks may be ahead, and all clocks
 * may be set back; neither makes anybody wait for an hour.
 */
export interface Endings {
  endedMs(pod: Pod, nowMs: number): number;
}

const REMEMBERED_MAX = 20_000;

/** Remembers the pods that it was asked for last. */
export function createEndings(): Endings {
  const seen = new Map<string, number>();
  return {
    endedMs(pod, nowMs) {
      const { uid = "" } = pod.metadata;
      const known = seen.get(uid);
      if (known !== undefined && known <= nowMs) return known;
      const endedMs = Math.min(finishedAtMs(pod), nowMs);
      // What a clock said before it was set back is forgotten.
      if (finishedAtMs(pod) > nowMs) seen.set(uid, endedMs);
      const [oldest] = seen.keys();
      if (seen.size > REMEMBERED_MAX && oldest !== undefined) seen.delete(oldest);
      return endedMs;
    },
  };
}
