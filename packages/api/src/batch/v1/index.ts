/** Types of batch/v1. */
export { isTimeZone } from "./cron-schedule.ts";
export { CronJob, CronJobSpec, CronJobStatus, JobTemplateSpec, cronJobs } from "./cron-job.ts";
export { Job, JobCondition, JobStatus, UncountedTerminatedPods, jobs } from "./job.ts";
export {
  JobSpec,
  PodFailurePolicy,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
  SuccessPolicy,
  SuccessPolicyRule,
} from "./job-spec.ts";
