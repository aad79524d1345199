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
} from "@skates/apimachinery";
import { PodTemplateSpec } from "../../core/v1/pod-template.ts";

export const JobSpec = struct("batch/v1.JobSpec", {
  parallelism: opt(1, int32, "", { keepZero: true }),
  completions: opt(2, int32, "", { keepZero: true }),
  activeDeadlineSeconds: opt(3, int64, "", { keepZero: true }),
  podFailurePolicy: opt(
    11,
    ref<PodFailurePolicy>(() => PodFailurePolicy),
    "",
  ),
  successPolicy: opt(
    16,
    ref<SuccessPolicy>(() => SuccessPolicy),
    "",
  ),
  backoffLimit: opt(7, int32, "", { keepZero: true }),
  backoffLimitPerIndex: opt(12, int32, "", { keepZero: true }),
  maxFailedIndexes: opt(13, int32, "", { keepZero: true }),
  selector: opt(
    4,
    ref<LabelSelector>(() => LabelSelector),
    "",
  ),
  manualSelector: opt(5, bool, "", { keepZero: true }),
  template: req(
    6,
    ref<PodTemplateSpec>(() => PodTemplateSpec),
    "",
  ),
  ttlSecondsAfterFinished: opt(8, int32, "", { keepZero: true }),
  completionMode: opt(9, oneOf("Indexed", "NonIndexed"), "", { keepZero: true }),
  suspend: opt(10, bool, "", { keepZero: true }),
  podReplacementPolicy: opt(14, oneOf("Failed", "TerminatingOrFailed"), "", { keepZero: true }),
  managedBy: opt(15, string, "", { keepZero: true }),
});
export interface JobSpec extends Infer<typeof JobSpec> {}

export const SuccessPolicy = struct("batch/v1.SuccessPolicy", {
  rules: req(1, list(ref<SuccessPolicyRule>(() => SuccessPolicyRule)), ""),
});
export interface SuccessPolicy extends Infer<typeof SuccessPolicy> {}

export const SuccessPolicyRule = struct("batch/v1.SuccessPolicyRule", {
  succeededIndexes: opt(1, string, "", { keepZero: true }),
  succeededCount: opt(2, int32, "", { keepZero: true }),
});
export interface SuccessPolicyRule extends Infer<typeof SuccessPolicyRule> {}

export const PodFailurePolicy = struct("batch/v1.PodFailurePolicy", {
  rules: req(1, list(ref<PodFailurePolicyRule>(() => PodFailurePolicyRule)), ""),
});
export interface PodFailurePolicy extends Infer<typeof PodFailurePolicy> {}

export const PodFailurePolicyRule = struct("batch/v1.PodFailurePolicyRule", {
  action: req(1, oneOf("Count", "FailIndex", "FailJob", "Ignore"), ""),
  onExitCodes: opt(
    2,
    ref<PodFailurePolicyOnExitCodesRequirement>(() => PodFailurePolicyOnExitCodesRequirement),
    "",
  ),
  onPodConditions: opt(
    3,
    list(ref<PodFailurePolicyOnPodConditionsPattern>(() => PodFailurePolicyOnPodConditionsPattern)),
    "",
  ),
});
export interface PodFailurePolicyRule extends Infer<typeof PodFailurePolicyRule> {}

export const PodFailurePolicyOnPodConditionsPattern = struct("batch/v1.PodFailurePolicyOnPodConditionsPattern", {
  type: req(1, string, "", {
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
  status: opt(2, string, "", { emitEmpty: true, default: "True", known: ["True", "False", "Unknown"] }),
});
export interface PodFailurePolicyOnPodConditionsPattern extends Infer<typeof PodFailurePolicyOnPodConditionsPattern> {}

export const PodFailurePolicyOnExitCodesRequirement = struct("batch/v1.PodFailurePolicyOnExitCodesRequirement", {
  containerName: opt(1, string, "", { keepZero: true }),
  operator: req(2, oneOf("In", "NotIn"), ""),
  values: req(3, list(int32, "set"), ""),
});
export interface PodFailurePolicyOnExitCodesRequirement extends Infer<typeof PodFailurePolicyOnExitCodesRequirement> {}
