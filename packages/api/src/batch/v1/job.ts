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
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<JobSpec>(() => JobSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<JobStatus>(() => JobStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  (): AnyStructOptions => ({ defaults: jobDefaults, doc: "Runs pods until enough of them have succeeded." }),
);
export interface Job extends Infer<typeof Job> {}

export const JobStatus = struct(
  "batch/v1.JobStatus",
  {
    conditions: opt(1, list(ref<JobCondition>(() => JobCondition)), "Findings on the current state, one per type.", {
      patch: "merge",
      patchKey: "type",
    }),
    startTime: opt(2, time, "When work began.", { keepZero: true }),
    completionTime: opt(3, time, "When enough had succeeded.", { keepZero: true }),
    active: opt(4, int32, "Pods at work."),
    succeeded: opt(5, int32, "Pods that succeeded."),
    failed: opt(6, int32, "Pods that failed."),
    terminating: opt(11, int32, "Pods that are ending.", { keepZero: true }),
    completedIndexes: opt(7, string, "Indexes that succeeded, such as 1,3-5."),
    failedIndexes: opt(10, string, "Indexes that failed for good.", { keepZero: true }),
    uncountedTerminatedPods: opt(
      8,
      ref<UncountedTerminatedPods>(() => UncountedTerminatedPods),
      "Pods that have ended and are yet to be counted.",
    ),
    ready: opt(9, int32, "Pods that are ready.", { keepZero: true }),
  },
  { doc: "State of a job." },
);
export interface JobStatus extends Infer<typeof JobStatus> {}

export const UncountedTerminatedPods = struct(
  "batch/v1.UncountedTerminatedPods",
  {
    succeeded: opt(1, list(string, "set"), "Uids of those that succeeded."),
    failed: opt(2, list(string, "set"), "Uids of those that failed."),
  },
  { doc: "Pods that have ended and are yet to be counted." },
);
export interface UncountedTerminatedPods extends Infer<typeof UncountedTerminatedPods> {}

export const JobCondition = struct(
  "batch/v1.JobCondition",
  {
    type: req(1, string, "What it is about: Complete, Failed, Suspended and others.", {
      known: ["Suspended", "Complete", "Failed", "FailureTarget", "SuccessCriteriaMet"],
    }),
    status: req(2, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    lastProbeTime: opt(3, time, "When it was last looked at.", { emitEmpty: true }),
    lastTransitionTime: opt(4, time, "When the status last changed.", { emitEmpty: true }),
    reason: opt(5, string, "One word in CamelCase on why, for programs."),
    message: opt(6, string, "A sentence on why, for people."),
  },
  { doc: "A finding on a job." },
);
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
