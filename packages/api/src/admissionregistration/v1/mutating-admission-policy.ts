import {
  type Infer,
  list,
  oneOf,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { MatchCondition } from "./match-condition.ts";
import { MatchResources } from "./match-resources.ts";
import { ParamKind } from "./param-kind.ts";
import { Variable } from "./variable.ts";
import { mutatingPolicyColumns } from "./admission-tables.ts";

export const MutatingAdmissionPolicy = struct("admissionregistration.k8s.io/v1.MutatingAdmissionPolicy", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<MutatingAdmissionPolicySpec>(() => MutatingAdmissionPolicySpec),
    "",
  ),
});
export interface MutatingAdmissionPolicy extends Infer<typeof MutatingAdmissionPolicy> {}

export const MutatingAdmissionPolicySpec = struct("admissionregistration.k8s.io/v1.MutatingAdmissionPolicySpec", {
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
  variables: opt(3, list(ref<Variable>(() => Variable)), ""),
  mutations: opt(4, list(ref<Mutation>(() => Mutation)), ""),
  failurePolicy: opt(5, oneOf("Fail", "Ignore"), "", { keepZero: true, default: "Fail" }),
  matchConditions: opt(
    6,
    list(
      ref<MatchCondition>(() => MatchCondition),
      { keys: ["name"] },
    ),
    "",
    { patch: "merge", patchKey: "name" },
  ),
  reinvocationPolicy: opt(7, oneOf("IfNeeded", "Never"), ""),
});
export interface MutatingAdmissionPolicySpec extends Infer<typeof MutatingAdmissionPolicySpec> {}

export const Mutation = struct("admissionregistration.k8s.io/v1.Mutation", {
  patchType: req(2, oneOf("ApplyConfiguration", "JSONPatch"), ""),
  applyConfiguration: opt(
    3,
    ref<ApplyConfiguration>(() => ApplyConfiguration),
    "",
  ),
  jsonPatch: opt(
    4,
    ref<JSONPatch>(() => JSONPatch),
    "",
  ),
});
export interface Mutation extends Infer<typeof Mutation> {}

export const JSONPatch = struct("admissionregistration.k8s.io/v1.JSONPatch", {
  expression: opt(1, string, ""),
});
export interface JSONPatch extends Infer<typeof JSONPatch> {}

export const ApplyConfiguration = struct("admissionregistration.k8s.io/v1.ApplyConfiguration", {
  expression: opt(1, string, ""),
});
export interface ApplyConfiguration extends Infer<typeof ApplyConfiguration> {}

export const mutatingAdmissionPolicies = resource<MutatingAdmissionPolicy>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "MutatingAdmissionPolicy",
  plural: "mutatingadmissionpolicies",
  categories: ["api-extensions"],
  namespaced: false,
  schema: MutatingAdmissionPolicy,
  storage: "mutatingadmissionpolicies",
  storageVersion: "admissionregistration.k8s.io/v1beta1",
  storageVersionHash: "LYmCf+UMVdg=",
  generationFields: ["spec"],
  columns: mutatingPolicyColumns,
});
