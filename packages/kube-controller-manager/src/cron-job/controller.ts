import { keyOf, type ObjectKey } from "@skates/apimachinery";
import { cronJobs, type Job, jobs } from "@skates/api/batch/v1";
import { type Controller, watch, controllerOf, OWNER_INDEXES } from "@skates/controller-runtime";
import { type CronJobView, planCronJob } from "./plan.ts";

/** Makes jobs at given times. */
export const cronJobController: Controller<CronJobView> = {
  name: "cronjob-controller",
  watches: [
    watch({ resource: cronJobs, keys: (cron) => [keyOf(cron)] }),
    watch({ resource: jobs, keys: cronJobsOf, indexes: OWNER_INDEXES }),
  ],
  view: (listers) => ({ cronJobs: listers.for(cronJobs), jobs: listers.for(jobs) }),
  plan: planCronJob,
};

function cronJobsOf(job: Job): readonly ObjectKey[] {
  const owner = controllerOf(job);
  return owner?.kind === "CronJob" ? [{ namespace: job.metadata.namespace, name: owner.name }] : [];
}
