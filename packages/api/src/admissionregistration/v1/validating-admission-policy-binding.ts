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
  type AnyStructOptions,
} from "@skates/apimachinery";
import { MatchResources } from "./match-resources.ts";
import { ParamRef } from "./param-ref.ts";
import { policyBindingColumns } from "./admission-tables.ts";
import { policyBindingSpecRules } from "./webhook-rules.ts";

export const ValidatingAdmissionPolicyBinding = struct(
  "admissionregistration.k8s.io/v1.ValidatingAdmissionPolicyBinding",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<ValidatingAdmissionPolicyBindingSpec>(() => ValidatingAdmissionPolicyBindingSpec),
      "What is wanted.",
    ),
  },
  { doc: "Puts a validating policy to work." },
);
export interface ValidatingAdmissionPolicyBinding extends Infer<typeof ValidatingAdmissionPolicyBinding> {}

export const ValidatingAdmissionPolicyBindingSpec = struct(
  "admissionregistration.k8s.io/v1.ValidatingAdmissionPolicyBindingSpec",
  {
    policyName: req(1, string, "Name of the policy."),
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
    validationActions: req(
      4,
      list(oneOf("Audit", "Deny", "Warn"), "set"),
      "What is done when it finds something: Deny, Warn, Audit.",
    ),
  },
  (): AnyStructOptions => ({ doc: "Which policy, where, with what.", rules: [policyBindingSpecRules] }),
);
export interface ValidatingAdmissionPolicyBindingSpec extends Infer<typeof ValidatingAdmissionPolicyBindingSpec> {}

export const validatingAdmissionPolicyBindings = resource<ValidatingAdmissionPolicyBinding>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingAdmissionPolicyBinding",
  plural: "validatingadmissionpolicybindings",
  categories: ["api-extensions"],
  namespaced: false,
  schema: ValidatingAdmissionPolicyBinding,
  storage: "validatingadmissionpolicybindings",
  storageVersionHash: "v9715VZqakg=",
  formerVersions: ["v1beta1"],
  generationFields: ["spec"],
  columns: policyBindingColumns,
});
