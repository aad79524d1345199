import { keyOf, type ObjectKey, parseTime } from "@skates/apimachinery";
import { type Job, jobs } from "@skates/api/batch/v1";
import { type Controller, deletion, type Lister, NOTHING, type Plan, watch } from "@skates/controller-runtime";
import { trueCondition } from "../job/facts.ts";

export interface TtlView {
  readonly jobs: Lister<Job>;
}

/** Deletes jobs, and their pods with them, some time after they are done. */
export const ttlAfterFinishedController: Controller<TtlView> = {
  name: "ttl-after-finished-controller",
  watches: [
    watch({ resource: jobs, keys: (job) => (job.spec.ttlSecondsAfterFinished === undefined ? [] : [keyOf(job)]) }),
  ],
  view: (listers) => ({ jobs: listers.for(jobs) }),
  plan: planTtl,
};

/** Waits, or deletes. */
export function planTtl(view: TtlView, key: ObjectKey, nowMs: number): Plan {
  const job = view.jobs.get(key);
  const seconds = job?.spec.ttlSecondsAfterFinished;
  if (job === undefined || seconds === undefined || job.metadata.deletionTimestamp !== undefined) return NOTHING;
  const end = (trueCondition(job, "Complete") ?? trueCondition(job, "Failed"))?.lastTransitionTime;
  if (end === undefined) return NOTHING;
  const leftMs = parseTime(end) + seconds * 1000 - nowMs;
  if (leftMs > 0) return { stages: [], requeueAfterMs: leftMs };
  // The job may have got another span of life since it was read: then this deletion is refused, and planned again.
  const preconditions = { uid: job.metadata.uid, resourceVersion: job.metadata.resourceVersion };
  return { stages: [[deletion(jobs, job, { options: { propagationPolicy: "Foreground", preconditions } })]] };
}
