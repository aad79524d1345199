import {
  type Infer,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { MatchResources } from "./match-resources.ts";
import { ParamRef } from "./param-ref.ts";
import { policyBindingColumns } from "./admission-tables.ts";
import { policyBindingSpecRules } from "./webhook-rules.ts";

export const MutatingAdmissionPolicyBinding = struct(
  "admissionregistration.k8s.io/v1.MutatingAdmissionPolicyBinding",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<MutatingAdmissionPolicyBindingSpec>(() => MutatingAdmissionPolicyBindingSpec),
      "What is wanted.",
    ),
  },
  { doc: "Puts a mutating policy to work." },
);
export interface MutatingAdmissionPolicyBinding extends Infer<typeof MutatingAdmissionPolicyBinding> {}

export const MutatingAdmissionPolicyBindingSpec = struct(
  "admissionregistration.k8s.io/v1.MutatingAdmissionPolicyBindingSpec",
  {
    policyName: opt(1, string, "Name of the policy."),
    paramRef: opt(
      2,
      ref<ParamRef>(() => ParamRef),
      "Parameters it works with.",
    ),
    matchResources: opt(
      3,
      ref<MatchResources>(() => MatchResources),
      "Requests it is limited to.",
    ),
  },
  (): AnyStructOptions => ({ doc: "Which policy, where, with what.", rules: [policyBindingSpecRules] }),
);
export interface MutatingAdmissionPolicyBindingSpec extends Infer<typeof MutatingAdmissionPolicyBindingSpec> {}

export const mutatingAdmissionPolicyBindings = resource<MutatingAdmissionPolicyBinding>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "MutatingAdmissionPolicyBinding",
  plural: "mutatingadmissionpolicybindings",
  categories: ["api-extensions"],
  namespaced: false,
  schema: MutatingAdmissionPolicyBinding,
  storage: "mutatingadmissionpolicybindings",
  storageVersion: "admissionregistration.k8s.io/v1beta1",
  storageVersionHash: "90V5FRZZ3Zg=",
  formerVersions: ["v1beta1", "v1alpha1"],
  generationFields: ["spec"],
  columns: policyBindingColumns,
});
