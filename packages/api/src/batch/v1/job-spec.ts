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
  LabelSelector,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { PodTemplateSpec } from "../../core/v1/pod-template.ts";
import { jobSpecRules } from "./job-rules.ts";

export const JobSpec = struct(
  "batch/v1.JobSpec",
  {
    parallelism: opt(1, int32, "How many pods may be at work at once.", { keepZero: true }),
    completions: opt(2, int32, "How many pods must succeed; any one when absent.", { keepZero: true }),
    activeDeadlineSeconds: opt(3, int64, "How long the job may take.", { keepZero: true }),
    podFailurePolicy: opt(
      11,
      ref<PodFailurePolicy>(() => PodFailurePolicy),
      "What failures of pods mean.",
    ),
    successPolicy: opt(
      16,
      ref<SuccessPolicy>(() => SuccessPolicy),
      "When some successes are enough.",
    ),
    backoffLimit: opt(7, int32, "How many failures make the job fail.", { keepZero: true }),
    backoffLimitPerIndex: opt(12, int32, "How many failures make an index fail.", { keepZero: true }),
    maxFailedIndexes: opt(13, int32, "How many failed indexes make the job fail.", { keepZero: true }),
    selector: opt(
      4,
      ref<LabelSelector>(() => LabelSelector),
      "Which pods belong to it; set by the system.",
    ),
    manualSelector: opt(5, bool, "Takes the selector as it is written.", { keepZero: true }),
    template: req(
      6,
      ref<PodTemplateSpec>(() => PodTemplateSpec),
      "What the pods look like; they must end.",
    ),
    ttlSecondsAfterFinished: opt(8, int32, "How long the job is kept once it is done.", { keepZero: true }),
    completionMode: opt(9, oneOf("Indexed", "NonIndexed"), "NonIndexed, or Indexed to number the pods.", {
      keepZero: true,
    }),
    suspend: opt(10, bool, "Holds the job.", { keepZero: true }),
    podReplacementPolicy: opt(
      14,
      oneOf("Failed", "TerminatingOrFailed"),
      "When a pod is replaced: once it is ending, or once it has failed.",
      { keepZero: true },
    ),
    managedBy: opt(15, string, "Controller that looks after it; the built-in one by default.", { keepZero: true }),
  },
  (): AnyStructOptions => ({ doc: "What is done, how often, and what counts as done.", rules: [jobSpecRules] }),
);
export interface JobSpec extends Infer<typeof JobSpec> {}

export const SuccessPolicy = struct(
  "batch/v1.SuccessPolicy",
  {
    rules: req(1, list(ref<SuccessPolicyRule>(() => SuccessPolicyRule)), "Rules of which one must hold."),
  },
  { doc: "When some successes are enough." },
);
export interface SuccessPolicy extends Infer<typeof SuccessPolicy> {}

export const SuccessPolicyRule = struct(
  "batch/v1.SuccessPolicyRule",
  {
    succeededIndexes: opt(1, string, "Indexes that must have succeeded, such as 0,2-4.", { keepZero: true }),
    succeededCount: opt(2, int32, "How many must have succeeded.", { keepZero: true }),
  },
  { doc: "Successes that are enough." },
);
export interface SuccessPolicyRule extends Infer<typeof SuccessPolicyRule> {}

export const PodFailurePolicy = struct(
  "batch/v1.PodFailurePolicy",
  {
    rules: req(
      1,
      list(ref<PodFailurePolicyRule>(() => PodFailurePolicyRule)),
      "Rules of which the first that fits decides.",
    ),
  },
  { doc: "What failures of pods mean." },
);
export interface PodFailurePolicy extends Infer<typeof PodFailurePolicy> {}

export const PodFailurePolicyRule = struct(
  "batch/v1.PodFailurePolicyRule",
  {
    action: req(1, oneOf("Count", "FailIndex", "FailJob", "Ignore"), "FailJob, FailIndex, Ignore or Count."),
    onExitCodes: opt(
      2,
      ref<PodFailurePolicyOnExitCodesRequirement>(() => PodFailurePolicyOnExitCodesRequirement),
      "Exit codes it is about.",
    ),
    onPodConditions: opt(
      3,
      list(ref<PodFailurePolicyOnPodConditionsPattern>(() => PodFailurePolicyOnPodConditionsPattern)),
      "Conditions of the pod it is about.",
    ),
  },
  { doc: "What a certain failure means." },
);
export interface PodFailurePolicyRule extends Infer<typeof PodFailurePolicyRule> {}

export const PodFailurePolicyOnPodConditionsPattern = struct(
  "batch/v1.PodFailurePolicyOnPodConditionsPattern",
  {
    type: req(1, string, "Type of the condition.", {
      known: [
        "ContainersReady",
        "Initialized",
        "Ready",
        "PodScheduled",
        "DisruptionTarget",
        "PodReadyToStartContainers",
        "PodResizePending",
        "PodResizeInProgress",
        "AllContainersRestarting",
      ],
    }),
    status: opt(2, string, "Status of the condition.", {
      emitEmpty: true,
      default: "True",
      known: ["True", "False", "Unknown"],
    }),
  },
  { doc: "A condition of a pod." },
);
export interface PodFailurePolicyOnPodConditionsPattern extends Infer<typeof PodFailurePolicyOnPodConditionsPattern> {}

export const PodFailurePolicyOnExitCodesRequirement = struct(
  "batch/v1.PodFailurePolicyOnExitCodesRequirement",
  {
    containerName: opt(1, string, "Container meant; all when absent.", { keepZero: true }),
    operator: req(2, oneOf("In", "NotIn"), "In or NotIn."),
    values: req(3, list(int32, "set"), "The codes."),
  },
  { doc: "Exit codes of containers." },
);
export interface PodFailurePolicyOnExitCodesRequirement extends Infer<typeof PodFailurePolicyOnExitCodesRequirement> {}
