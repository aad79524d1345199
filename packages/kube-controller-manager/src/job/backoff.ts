import type { Pod } from "@skates/api/core/v1";
import { finishedAtMs, indexFailures } from "./job-pod.ts";

const FIRST_MS = 10_000;
const LONGEST_MS = 600_000;

/** How long after so many failures in a row, the last at `lastMs`, the next pod has to wait. */
export function backoffLeftMs(failures: number, lastMs: number, nowMs: number): number {
  if (failures === 0) return 0;
  const wait = Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 30), LONGEST_MS);
  // A clock that was set back does not make the wait longer than it would have been.
  return Math.min(Math.max(lastMs + wait - nowMs, 0), wait);
}

/** The wait of a job as a whole, from its pods that failed after the last that succeeded. */
export function jobBackoffLeftMs(succeeded: readonly Pod[], failed: readonly Pod[], nowMs: number): number {
  const lastSuccessMs = Math.max(0, ...succeeded.map(finishedAtMs));
  const since = failed.map(finishedAtMs).filter((ms) => ms > lastSuccessMs);
  return backoffLeftMs(since.length, Math.max(0, ...since), nowMs);
}

/** The wait of one index, whose last pod was this. */
export function indexBackoffLeftMs(last: Pod | undefined, nowMs: number): number {
  if (last === undefined) return 0;
  const { counted, ignored } = indexFailures(last);
  return backoffLeftMs(counted + ignored + 1, finishedAtMs(last), nowMs);
}
