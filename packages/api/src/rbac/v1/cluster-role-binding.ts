import { type Infer, list, opt, ref, req, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { RoleRef } from "./role-ref.ts";
import { Subject } from "./subject.ts";
import { bindingColumns } from "./rbac-tables.ts";
import { clusterRoleBindingErrors } from "./rbac-rules.ts";

export const ClusterRoleBinding = struct(
  "rbac.authorization.k8s.io/v1.ClusterRoleBinding",
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
  { doc: "Grants a cluster role everywhere." },
);
export interface ClusterRoleBinding extends Infer<typeof ClusterRoleBinding> {}

export const clusterRoleBindings = resource<ClusterRoleBinding>({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  namespaced: false,
  schema: ClusterRoleBinding,
  storage: "clusterrolebindings",
  storageVersionHash: "48tpQ8gZHFc=",
  formerVersions: ["v1beta1"],
  nameFormat: "pathSegmentName",
  createOnUpdate: true,
  columns: bindingColumns,
  strategy: { validate: clusterRoleBindingErrors },
});
