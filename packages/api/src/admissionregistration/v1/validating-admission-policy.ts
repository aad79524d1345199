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

export const ValidatingAdmissionPolicy = struct(
  "admissionregistration.k8s.io/v1.ValidatingAdmissionPolicy",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<ValidatingAdmissionPolicySpec>(() => ValidatingAdmissionPolicySpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<ValidatingAdmissionPolicyStatus>(() => ValidatingAdmissionPolicyStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "Checks objects on their way in by CEL expressions." },
);
export interface ValidatingAdmissionPolicy extends Infer<typeof ValidatingAdmissionPolicy> {}

export const ValidatingAdmissionPolicyStatus = struct(
  "admissionregistration.k8s.io/v1.ValidatingAdmissionPolicyStatus",
  {
    observedGeneration: opt(1, int64, "Generation of the object that this was seen with."),
    typeChecking: opt(
      2,
      ref<TypeChecking>(() => TypeChecking),
      "Doubts about the types of its expressions.",
    ),
    conditions: opt(
      3,
      list(
        ref<Condition>(() => Condition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
    ),
  },
  { doc: "State of a policy." },
);
export interface ValidatingAdmissionPolicyStatus extends Infer<typeof ValidatingAdmissionPolicyStatus> {}

export const TypeChecking = struct(
  "admissionregistration.k8s.io/v1.TypeChecking",
  {
    expressionWarnings: opt(1, list(ref<ExpressionWarning>(() => ExpressionWarning)), "The doubts."),
  },
  { doc: "Doubts about the types of expressions." },
);
export interface TypeChecking extends Infer<typeof TypeChecking> {}

export const ExpressionWarning = struct(
  "admissionregistration.k8s.io/v1.ExpressionWarning",
  {
    fieldRef: req(2, string, "Path of the expression."),
    warning: req(3, string, "The doubt."),
  },
  { doc: "A doubt about the types of an expression." },
);
export interface ExpressionWarning extends Infer<typeof ExpressionWarning> {}

export const ValidatingAdmissionPolicySpec = struct(
  "admissionregistration.k8s.io/v1.ValidatingAdmissionPolicySpec",
  {
    paramKind: opt(
      1,
      ref<ParamKind>(() => ParamKind),
      "Kind of its parameters.",
    ),
    matchConstraints: opt(
      2,
      ref<MatchResources>(() => MatchResources),
      "Requests it looks at.",
    ),
    validations: opt(3, list(ref<Validation>(() => Validation)), "The checks."),
    failurePolicy: opt(4, oneOf("Fail", "Ignore"), "Whether an error refuses the request.", {
      keepZero: true,
      default: "Fail",
    }),
    auditAnnotations: opt(5, list(ref<AuditAnnotation>(() => AuditAnnotation)), "What is noted in the audit log."),
    matchConditions: opt(
      6,
      list(
        ref<MatchCondition>(() => MatchCondition),
        { keys: ["name"] },
      ),
      "Further conditions under which it looks.",
      { patch: "merge", patchKey: "name" },
    ),
    variables: opt(
      7,
      list(
        ref<Variable>(() => Variable),
        { keys: ["name"] },
      ),
      "Values that its expressions share.",
      { patch: "merge", patchKey: "name" },
    ),
  },
  { doc: "Which objects are checked, and how." },
);
export interface ValidatingAdmissionPolicySpec extends Infer<typeof ValidatingAdmissionPolicySpec> {}

export const AuditAnnotation = struct(
  "admissionregistration.k8s.io/v1.AuditAnnotation",
  {
    key: req(1, string, "Its key, after the policy's name."),
    valueExpression: req(2, string, "CEL expression that makes its value."),
  },
  { doc: "A note in the audit log." },
);
export interface AuditAnnotation extends Infer<typeof AuditAnnotation> {}

export const Validation = struct(
  "admissionregistration.k8s.io/v1.Validation",
  {
    expression: req(1, string, "CEL expression that must be true."),
    message: opt(2, string, "What is said when it is not."),
    reason: opt(3, string, "Reason of the refusal.", {
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
    messageExpression: opt(4, string, "CEL expression that makes what is said."),
  },
  { doc: "A check." },
);
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
  formerVersions: ["v1beta1"],
  columns: validatingPolicyColumns,
});
