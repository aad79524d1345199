import type { JobStatus } from "@skates/api/batch/v1";
import type { Pod } from "@skates/api/core/v1";
import { countsFor, type JobFacts } from "./facts.ts";
import { judgeFailure } from "./failure-policy.ts";
import { formatIndexes, type Indexes } from "./indexes.ts";
import { completionIndex, hasFailed, hasSucceeded, isTracked } from "./job-pod.ts";
import type { Verdict } from "./verdict.ts";

/** So many pods stand in the status at most. */
const UNCOUNTED_MAX = 500;

export type Counts = Pick<
  JobStatus,
  "succeeded" | "failed" | "completedIndexes" | "failedIndexes" | "uncountedTerminatedPods"
>;

export interface Counting {
  readonly counts: Counts;
  /** Pods that lose their finalizer once the status has been written. */
  readonly release: readonly Pod[];
}

/**
 * Counts pods exactly once: first their uids are noted in the status, then they lose the finalizer, and only when the cache shows that
 * are they added to the counts. An indexed job needs no uids of successes: it knows them by their indexes.
 */
export function countPods(facts: JobFacts, verdict: Verdict | undefined): Counting {
  const { job, pods, indexes } = facts;
  const status = job.status ?? {};
  const tracked = new Map(pods.filter(isTracked).map((pod) => [pod.metadata.uid ?? "", pod]));
  const before = { succeeded: noted(status, "succeeded"), failed: noted(status, "failed") };
  const succeeded = before.succeeded.filter((uid) => tracked.has(uid));
  const failed = before.failed.filter((uid) => tracked.has(uid));
  const known = { succeeded: new Set(before.succeeded), failed: new Set(before.failed) };
  const done = new Set(indexes?.succeededBefore);
  const release: Pod[] = [];
  let news = 0;
  for (const [uid, pod] of tracked) {
    if (succeeded.length + failed.length + news >= UNCOUNTED_MAX && !known.succeeded.has(uid) && !known.failed.has(uid))
      continue;
    if (!isReleased(facts, pod, verdict)) continue;
    release.push(pod);
    if (hasSucceeded(pod) && !known.failed.has(uid)) {
      const index = completionIndex(pod);
      if (indexes === undefined) {
        if (!known.succeeded.has(uid)) succeeded.push(uid);
      } else if (index !== undefined && index < indexes.completions && !done.has(index)) {
        done.add(index);
        news++;
      }
    } else if (!known.failed.has(uid) && !known.succeeded.has(uid) && failsJob(facts, pod, verdict)) failed.push(uid);
  }
  const uncounted = { ...when("succeeded", succeeded), ...when("failed", failed) };
  const total = (kind: "succeeded" | "failed"): number =>
    (status[kind] ?? 0) + before[kind].filter((uid) => !tracked.has(uid)).length;
  return {
    release,
    counts: {
      ...(indexes === undefined ? { succeeded: positive(total("succeeded")) } : ofIndexes(done, indexes.failed)),
      failed: positive(total("failed")),
      uncountedTerminatedPods: uncounted,
    },
  };
}

function ofIndexes(done: Indexes, failed: Indexes | undefined): Counts {
  const completed = formatIndexes(done);
  return {
    succeeded: positive(done.size),
    completedIndexes: completed === "" ? undefined : completed,
    failedIndexes: failed === undefined ? undefined : formatIndexes(failed),
  };
}

function noted({ uncountedTerminatedPods }: JobStatus, kind: "succeeded" | "failed"): readonly string[] {
  return uncountedTerminatedPods?.[kind] ?? [];
}

function when(kind: "succeeded" | "failed", uids: readonly string[]): Partial<Record<typeof kind, readonly string[]>> {
  return uids.length === 0 ? {} : { [kind]: uids };
}

function positive(count: number): number | undefined {
  return count === 0 ? undefined : count;
}

/** A pod that ended is let go, unless a new one has yet to take over its index; all are once the job ends. */
function isReleased({ job, indexes }: JobFacts, pod: Pod, verdict: Verdict | undefined): boolean {
  if (job.metadata.deletionTimestamp !== undefined || verdict !== undefined || hasSucceeded(pod)) return true;
  if (!hasFailed(pod, job)) return false;
  const index = completionIndex(pod);
  return index === undefined || indexes?.awaiting.get(index)?.metadata.uid !== pod.metadata.uid;
}

/** When a job fails, all that has not ended counts as failed. */
function failsJob({ job }: JobFacts, pod: Pod, verdict: Verdict | undefined): boolean {
  if (!countsFor(job, pod) || (!hasFailed(pod, job) && verdict?.outcome !== "Failed")) return false;
  return judgeFailure(job.spec.podFailurePolicy, pod).counts;
}
