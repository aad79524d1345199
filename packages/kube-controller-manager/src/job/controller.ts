import { keyOf, labelSelector, type ObjectKey } from "@skates/apimachinery";
import { jobs } from "@skates/api/batch/v1";
import { type Pod, pods } from "@skates/api/core/v1";
import { type Controller, type Listers, watch, controllerOf, OWNER_INDEXES } from "@skates/controller-runtime";
import { createEndings } from "./backoff.ts";
import { type JobView, planJob } from "./plan.ts";
import { JOB_INDEXES } from "./pod-indexes.ts";

/** Runs pods until the work of a job is done. */
export const jobController: Controller<JobView> = {
  name: "job-controller",
  watches: [
    watch({ resource: jobs, keys: (job) => [keyOf(job)], indexes: OWNER_INDEXES }),
    watch({
      resource: pods,
      keys: (pod, old, listers) => [...jobsOf(pod, listers), ...(old === undefined ? [] : jobsOf(old, listers))],
      indexes: { ...OWNER_INDEXES, ...JOB_INDEXES },
    }),
  ],
  view: (listers) => ({ jobs: listers.for(jobs), pods: listers.for(pods), endings: createEndings() }),
  plan: planJob,
};

/** The job that manages a pod; for a pod that nobody manages, all that would take it. */
function jobsOf(pod: Pod, listers: Listers): readonly ObjectKey[] {
  const { namespace, labels } = pod.metadata;
  const owner = controllerOf(pod);
  if (owner !== undefined) return owner.kind === "Job" ? [{ namespace, name: owner.name }] : [];
  const candidates = listers.for(jobs).list(namespace);
  return candidates.filter((job) => labelSelector(job.spec.selector).matches(labels)).map(keyOf);
}
