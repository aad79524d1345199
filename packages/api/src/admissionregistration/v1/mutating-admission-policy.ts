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

export const MutatingAdmissionPolicy = struct(
  "admissionregistration.k8s.io/v1.MutatingAdmissionPolicy",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<MutatingAdmissionPolicySpec>(() => MutatingAdmissionPolicySpec),
      "What is wanted.",
    ),
  },
  { doc: "Changes objects on their way in by CEL expressions." },
);
export interface MutatingAdmissionPolicy extends Infer<typeof MutatingAdmissionPolicy> {}

export const MutatingAdmissionPolicySpec = struct(
  "admissionregistration.k8s.io/v1.MutatingAdmissionPolicySpec",
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
    variables: opt(3, list(ref<Variable>(() => Variable)), "Values that its expressions share."),
    mutations: opt(4, list(ref<Mutation>(() => Mutation)), "The changes, in order."),
    failurePolicy: opt(5, oneOf("Fail", "Ignore"), "Whether an error refuses the request.", {
      keepZero: true,
      default: "Fail",
    }),
    matchConditions: opt(
      6,
      list(
        ref<MatchCondition>(() => MatchCondition),
        { keys: ["name"] },
      ),
      "Further conditions under which it looks.",
      { patch: "merge", patchKey: "name" },
    ),
    reinvocationPolicy: opt(7, oneOf("IfNeeded", "Never"), "Whether it looks again after others changed the object."),
  },
  { doc: "Which objects are changed, and how." },
);
export interface MutatingAdmissionPolicySpec extends Infer<typeof MutatingAdmissionPolicySpec> {}

export const Mutation = struct(
  "admissionregistration.k8s.io/v1.Mutation",
  {
    patchType: req(2, oneOf("ApplyConfiguration", "JSONPatch"), "ApplyConfiguration or JSONPatch."),
    applyConfiguration: opt(
      3,
      ref<ApplyConfiguration>(() => ApplyConfiguration),
      "A change in the form of an apply.",
    ),
    jsonPatch: opt(
      4,
      ref<JSONPatch>(() => JSONPatch),
      "A change in the form of a JSON patch.",
    ),
  },
  { doc: "A change; the member of its type is given." },
);
export interface Mutation extends Infer<typeof Mutation> {}

export const JSONPatch = struct(
  "admissionregistration.k8s.io/v1.JSONPatch",
  {
    expression: opt(1, string, "CEL expression that makes the patch."),
  },
  { doc: "A JSON patch made by an expression." },
);
export interface JSONPatch extends Infer<typeof JSONPatch> {}

export const ApplyConfiguration = struct(
  "admissionregistration.k8s.io/v1.ApplyConfiguration",
  {
    expression: opt(1, string, "CEL expression that makes the object."),
  },
  { doc: "A partial object made by an expression." },
);
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
  formerVersions: ["v1beta1", "v1alpha1"],
  generationFields: ["spec"],
  columns: mutatingPolicyColumns,
});
