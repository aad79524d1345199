import {
  type Infer,
  int64,
  list,
  oneOf,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  Condition,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { MatchCondition } from "./match-condition.ts";
import { MatchResources } from "./match-resources.ts";
import { ParamKind } from "./param-kind.ts";
import { Variable } from "./variable.ts";
import { validatingPolicyColumns } from "./admission-tables.ts";

export const ValidatingAdmissionPolicy = struct("admissionregistration.k8s.io/v1.ValidatingAdmissionPolicy", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<ValidatingAdmissionPolicySpec>(() => ValidatingAdmissionPolicySpec),
    "",
  ),
  status: opt(
    3,
    ref<ValidatingAdmissionPolicyStatus>(() => ValidatingAdmissionPolicyStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface ValidatingAdmissionPolicy extends Infer<typeof ValidatingAdmissionPolicy> {}

export const ValidatingAdmissionPolicyStatus = struct(
  "admissionregistration.k8s.io/v1.ValidatingAdmissionPolicyStatus",
  {
    observedGeneration: opt(1, int64, ""),
    typeChecking: opt(
      2,
      ref<TypeChecking>(() => TypeChecking),
      "",
    ),
    conditions: opt(
      3,
      list(
        ref<Condition>(() => Condition),
        { keys: ["type"] },
      ),
      "",
    ),
  },
);
export interface ValidatingAdmissionPolicyStatus extends Infer<typeof ValidatingAdmissionPolicyStatus> {}

export const TypeChecking = struct("admissionregistration.k8s.io/v1.TypeChecking", {
  expressionWarnings: opt(1, list(ref<ExpressionWarning>(() => ExpressionWarning)), ""),
});
export interface TypeChecking extends Infer<typeof TypeChecking> {}

export const ExpressionWarning = struct("admissionregistration.k8s.io/v1.ExpressionWarning", {
  fieldRef: req(2, string, ""),
  warning: req(3, string, ""),
});
export interface ExpressionWarning extends Infer<typeof ExpressionWarning> {}

export const ValidatingAdmissionPolicySpec = struct("admissionregistration.k8s.io/v1.ValidatingAdmissionPolicySpec", {
  paramKind: opt(
    1,
    ref<ParamKind>(() => ParamKind),
    "",
  ),
  matchConstraints: opt(
    2,
    ref<MatchResources>(() => MatchResources),
    "",
  ),
  validations: opt(3, list(ref<Validation>(() => Validation)), ""),
  failurePolicy: opt(4, oneOf("Fail", "Ignore"), "", { keepZero: true, default: "Fail" }),
  auditAnnotations: opt(5, list(ref<AuditAnnotation>(() => AuditAnnotation)), ""),
  matchConditions: opt(
    6,
    list(
      ref<MatchCondition>(() => MatchCondition),
      { keys: ["name"] },
    ),
    "",
    { patch: "merge", patchKey: "name" },
  ),
  variables: opt(
    7,
    list(
      ref<Variable>(() => Variable),
      { keys: ["name"] },
    ),
    "",
    { patch: "merge", patchKey: "name" },
  ),
});
export interface ValidatingAdmissionPolicySpec extends Infer<typeof ValidatingAdmissionPolicySpec> {}

export const AuditAnnotation = struct("admissionregistration.k8s.io/v1.AuditAnnotation", {
  key: req(1, string, ""),
  valueExpression: req(2, string, ""),
});
export interface AuditAnnotation extends Infer<typeof AuditAnnotation> {}

export const Validation = struct("admissionregistration.k8s.io/v1.Validation", {
  expression: req(1, string, ""),
  message: opt(2, string, ""),
  reason: opt(3, string, "", {
    keepZero: true,
    known: [
      "",
      "Unauthorized",
      "Forbidden",
      "NotFound",
      "AlreadyExists",
      "Conflict",
      "Gone",
      "Invalid",
      "ServerTimeout",
      "StorageReadError",
      "Timeout",
      "TooManyRequests",
      "BadRequest",
      "MethodNotAllowed",
      "NotAcceptable",
      "RequestEntityTooLarge",
      "UnsupportedMediaType",
      "InternalError",
      "Expired",
      "ServiceUnavailable",
    ],
  }),
  messageExpression: opt(4, string, ""),
});
export interface Validation extends Infer<typeof Validation> {}

export const validatingAdmissionPolicies = resource<ValidatingAdmissionPolicy>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingAdmissionPolicy",
  plural: "validatingadmissionpolicies",
  categories: ["api-extensions"],
  namespaced: false,
  schema: ValidatingAdmissionPolicy,
  storage: "validatingadmissionpolicies",
  storageVersionHash: "6OxvlMmQ6is=",
  columns: validatingPolicyColumns,
});
