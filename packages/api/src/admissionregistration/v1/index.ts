/** Types of admissionregistration.k8s.io/v1. */
export { MatchCondition } from "./match-condition.ts";
export { MatchResources, NamedRuleWithOperations } from "./match-resources.ts";
export {
  ApplyConfiguration,
  JSONPatch,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicySpec,
  Mutation,
  mutatingAdmissionPolicies,
} from "./mutating-admission-policy.ts";
export {
  MutatingAdmissionPolicyBinding,
  MutatingAdmissionPolicyBindingSpec,
  mutatingAdmissionPolicyBindings,
} from "./mutating-admission-policy-binding.ts";
export {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  mutatingWebhookConfigurations,
} from "./mutating-webhook-configuration.ts";
export { ParamKind } from "./param-kind.ts";
export { ParamRef } from "./param-ref.ts";
export { Rule, RuleWithOperations } from "./rule-with-operations.ts";
export {
  AuditAnnotation,
  ExpressionWarning,
  TypeChecking,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicySpec,
  ValidatingAdmissionPolicyStatus,
  Validation,
  validatingAdmissionPolicies,
} from "./validating-admission-policy.ts";
export {
  ValidatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicyBindingSpec,
  validatingAdmissionPolicyBindings,
} from "./validating-admission-policy-binding.ts";
export {
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
  validatingWebhookConfigurations,
} from "./validating-webhook-configuration.ts";
export { Variable } from "./variable.ts";
export { ServiceReference, WebhookClientConfig } from "./webhook-client-config.ts";
