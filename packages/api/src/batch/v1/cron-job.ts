import {
  type Infer,
  bool,
  int32,
  int64,
  list,
  oneOf,
  opt,
  ref,
  req,
  string,
  struct,
  time,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { ObjectReference } from "../../core/v1/object-reference.ts";
import { JobSpec } from "./job-spec.ts";
import { cronJobColumns } from "./job-strategy.ts";
import { cronJobErrors } from "./job-rules.ts";
import { templateWarnings } from "../../core/v1/pod-warnings.ts";
import { nameWarnings } from "../../name-warnings.ts";

export const CronJob = struct(
  "batch/v1.CronJob",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<CronJobSpec>(() => CronJobSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<CronJobStatus>(() => CronJobStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "Makes a job at given times." },
);
export interface CronJob extends Infer<typeof CronJob> {}

export const CronJobStatus = struct(
  "batch/v1.CronJobStatus",
  {
    active: opt(1, list(ref<ObjectReference>(() => ObjectReference)), "Jobs at work."),
    lastScheduleTime: opt(4, time, "When a job was last made.", { keepZero: true }),
    lastSuccessfulTime: opt(5, time, "When a job last succeeded.", { keepZero: true }),
  },
  { doc: "State of a cron job." },
);
export interface CronJobStatus extends Infer<typeof CronJobStatus> {}

export const CronJobSpec = struct(
  "batch/v1.CronJobSpec",
  {
    schedule: req(1, string, "Times in cron's form."),
    timeZone: opt(8, string, "Time zone of the schedule; the controller's by default.", { keepZero: true }),
    startingDeadlineSeconds: opt(2, int64, "How late a job may begin before it is left out.", { keepZero: true }),
    concurrencyPolicy: opt(
      3,
      oneOf("Allow", "Forbid", "Replace"),
      "What is done when the job before is still at work.",
      { default: "Allow" },
    ),
    suspend: opt(4, bool, "Makes no further jobs.", { keepZero: true, default: false }),
    jobTemplate: req(
      5,
      ref<JobTemplateSpec>(() => JobTemplateSpec),
      "What the jobs look like.",
    ),
    successfulJobsHistoryLimit: opt(6, int32, "How many jobs that succeeded are kept.", { keepZero: true, default: 3 }),
    failedJobsHistoryLimit: opt(7, int32, "How many jobs that failed are kept.", { keepZero: true, default: 1 }),
  },
  { doc: "When jobs are made, and what they look like." },
);
export interface CronJobSpec extends Infer<typeof CronJobSpec> {}

export const JobTemplateSpec = struct(
  "batch/v1.JobTemplateSpec",
  {
    metadata: opt(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Labels and annotations of the jobs.",
      { emitEmpty: true },
    ),
    spec: opt(
      2,
      ref<JobSpec>(() => JobSpec),
      "What the jobs do.",
      { emitEmpty: true },
    ),
  },
  { doc: "What jobs made from a template look like." },
);
export interface JobTemplateSpec extends Infer<typeof JobTemplateSpec> {}

export const cronJobs = resource<CronJob>({
  group: "batch",
  version: "v1",
  kind: "CronJob",
  plural: "cronjobs",
  shortNames: ["cj"],
  categories: ["all"],
  schema: CronJob,
  storage: "cronjobs",
  storageVersionHash: "sd5LIXh4Fjs=",
  formerVersions: ["v1beta1"],
  columns: cronJobColumns,
  strategy: {
    validate: cronJobErrors,
    warnings: (next, old) => [
      ...(old === undefined ? nameWarnings(next.metadata.name) : []),
      ...templateWarnings(
        next.spec.jobTemplate.spec?.template,
        old?.spec.jobTemplate.spec?.template,
        "spec.jobTemplate.spec.template",
      ),
    ],
  },
});
