import {
  type Infer,
  int32,
  list,
  opt,
  ref,
  req,
  string,
  struct,
  time,
  typeMeta,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { JobSpec } from "./job-spec.ts";
import { jobDefaults } from "./job-defaults.ts";
import { jobColumns, jobFields, jobStrategy } from "./job-strategy.ts";

export const Job = struct(
  "batch/v1.Job",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "",
    ),
    spec: req(
      2,
      ref<JobSpec>(() => JobSpec),
      "",
    ),
    status: opt(
      3,
      ref<JobStatus>(() => JobStatus),
      "",
      { emitEmpty: true },
    ),
  },
  (): AnyStructOptions => ({ defaults: jobDefaults }),
);
export interface Job extends Infer<typeof Job> {}

export const JobStatus = struct("batch/v1.JobStatus", {
  conditions: opt(1, list(ref<JobCondition>(() => JobCondition)), "", { patch: "merge", patchKey: "type" }),
  startTime: opt(2, time, "", { keepZero: true }),
  completionTime: opt(3, time, "", { keepZero: true }),
  active: opt(4, int32, ""),
  succeeded: opt(5, int32, ""),
  failed: opt(6, int32, ""),
  terminating: opt(11, int32, "", { keepZero: true }),
  completedIndexes: opt(7, string, ""),
  failedIndexes: opt(10, string, "", { keepZero: true }),
  uncountedTerminatedPods: opt(
    8,
    ref<UncountedTerminatedPods>(() => UncountedTerminatedPods),
    "",
  ),
  ready: opt(9, int32, "", { keepZero: true }),
});
export interface JobStatus extends Infer<typeof JobStatus> {}

export const UncountedTerminatedPods = struct("batch/v1.UncountedTerminatedPods", {
  succeeded: opt(1, list(string, "set"), ""),
  failed: opt(2, list(string, "set"), ""),
});
export interface UncountedTerminatedPods extends Infer<typeof UncountedTerminatedPods> {}

export const JobCondition = struct("batch/v1.JobCondition", {
  type: req(1, string, "", { known: ["Suspended", "Complete", "Failed", "FailureTarget", "SuccessCriteriaMet"] }),
  status: req(2, string, "", { known: ["True", "False", "Unknown"] }),
  lastProbeTime: opt(3, time, "", { emitEmpty: true }),
  lastTransitionTime: opt(4, time, "", { emitEmpty: true }),
  reason: opt(5, string, ""),
  message: opt(6, string, ""),
});
export interface JobCondition extends Infer<typeof JobCondition> {}

export const jobs = resource<Job>({
  group: "batch",
  version: "v1",
  kind: "Job",
  plural: "jobs",
  categories: ["all"],
  schema: Job,
  storage: "jobs",
  storageVersionHash: "mudhfqk/qZY=",
  columns: jobColumns,
  strategy: jobStrategy,
  selectableFields: jobFields,
});
