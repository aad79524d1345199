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

export const CronJob = struct("batch/v1.CronJob", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<CronJobSpec>(() => CronJobSpec),
    "",
  ),
  status: opt(
    3,
    ref<CronJobStatus>(() => CronJobStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface CronJob extends Infer<typeof CronJob> {}

export const CronJobStatus = struct("batch/v1.CronJobStatus", {
  active: opt(1, list(ref<ObjectReference>(() => ObjectReference)), ""),
  lastScheduleTime: opt(4, time, "", { keepZero: true }),
  lastSuccessfulTime: opt(5, time, "", { keepZero: true }),
});
export interface CronJobStatus extends Infer<typeof CronJobStatus> {}

export const CronJobSpec = struct("batch/v1.CronJobSpec", {
  schedule: req(1, string, ""),
  timeZone: opt(8, string, "", { keepZero: true }),
  startingDeadlineSeconds: opt(2, int64, "", { keepZero: true }),
  concurrencyPolicy: opt(3, oneOf("Allow", "Forbid", "Replace"), "", { default: "Allow" }),
  suspend: opt(4, bool, "", { keepZero: true, default: false }),
  jobTemplate: req(
    5,
    ref<JobTemplateSpec>(() => JobTemplateSpec),
    "",
  ),
  successfulJobsHistoryLimit: opt(6, int32, "", { keepZero: true, default: 3 }),
  failedJobsHistoryLimit: opt(7, int32, "", { keepZero: true, default: 1 }),
});
export interface CronJobSpec extends Infer<typeof CronJobSpec> {}

export const JobTemplateSpec = struct("batch/v1.JobTemplateSpec", {
  metadata: opt(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
    { emitEmpty: true },
  ),
  spec: opt(
    2,
    ref<JobSpec>(() => JobSpec),
    "",
    { emitEmpty: true },
  ),
});
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
  columns: cronJobColumns,
});
