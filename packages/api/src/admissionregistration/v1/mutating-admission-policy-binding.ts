import { type Infer, opt, ref, req, string, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { MatchResources } from "./match-resources.ts";
import { ParamRef } from "./param-ref.ts";
import { policyBindingColumns } from "./admission-tables.ts";

export const MutatingAdmissionPolicyBinding = struct("admissionregistration.k8s.io/v1.MutatingAdmissionPolicyBinding", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<MutatingAdmissionPolicyBindingSpec>(() => MutatingAdmissionPolicyBindingSpec),
    "",
  ),
});
export interface MutatingAdmissionPolicyBinding extends Infer<typeof MutatingAdmissionPolicyBinding> {}

export const MutatingAdmissionPolicyBindingSpec = struct(
  "admissionregistration.k8s.io/v1.MutatingAdmissionPolicyBindingSpec",
  {
    policyName: opt(1, string, ""),
    paramRef: opt(
      2,
      ref<ParamRef>(() => ParamRef),
      "",
    ),
    matchResources: opt(
      3,
      ref<MatchResources>(() => MatchResources),
      "",
    ),
  },
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
  generationFields: ["spec"],
  columns: policyBindingColumns,
});
