import { type Infer, list, opt, ref, req, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { RoleRef } from "./role-ref.ts";
import { Subject } from "./subject.ts";
import { bindingColumns } from "./rbac-tables.ts";
import { roleBindingErrors } from "./rbac-rules.ts";

export const RoleBinding = struct(
  "rbac.authorization.k8s.io/v1.RoleBinding",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    subjects: opt(2, list(ref<Subject>(() => Subject)), "Who is granted it."),
    roleRef: req(
      3,
      ref<RoleRef>(() => RoleRef),
      "What is granted; it stays.",
    ),
  },
  { doc: "Grants a role in one namespace." },
);
export interface RoleBinding extends Infer<typeof RoleBinding> {}

export const roleBindings = resource<RoleBinding>({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "RoleBinding",
  plural: "rolebindings",
  schema: RoleBinding,
  storage: "rolebindings",
  storageVersionHash: "eGsCzGH6b1g=",
  formerVersions: ["v1beta1"],
  nameFormat: "pathSegmentName",
  createOnUpdate: true,
  columns: bindingColumns,
  strategy: { validate: roleBindingErrors },
});
