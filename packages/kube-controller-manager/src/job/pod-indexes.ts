import type { Pod } from "@skates/api/core/v1";
import { controllerOf } from "@skates/controller-runtime";
import { hasSucceeded, isTracked } from "./job-pod.ts";

/** Name of the index of a job's pods that its plan looks at, by the job's uid. */
export const UNSETTLED = "job/unsettled";

/** Indexes of pods, besides those of owners. */
export const JOB_INDEXES = { job: trackedByJob, [UNSETTLED]: unsettledByJob };

/** The pods that are not counted yet, by namespace and name of their job. */
function trackedByJob(pod: Pod): readonly string[] {
  const owner = isTracked(pod) ? controllerOf(pod) : undefined;
  return owner?.kind === "Job" ? [`${pod.metadata.namespace ?? ""}/${owner.name}`] : [];
}

/** All but those that succeeded and have been counted: of these a large job has thousands. */
function unsettledByJob(pod: Pod): readonly string[] {
  const owner = hasSucceeded(pod) && !isTracked(pod) ? undefined : controllerOf(pod);
  return owner?.kind === "Job" ? [owner.uid] : [];
}
