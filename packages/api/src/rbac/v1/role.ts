import { type Infer, list, opt, ref, req, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { PolicyRule } from "./policy-rule.ts";
import { roleErrors } from "./rbac-rules.ts";

export const Role = struct(
  "rbac.authorization.k8s.io/v1.Role",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    rules: opt(2, list(ref<PolicyRule>(() => PolicyRule)), "The rights.", { emitEmpty: true }),
  },
  { doc: "Rights within one namespace." },
);
export interface Role extends Infer<typeof Role> {}

export const roles = resource<Role>({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "Role",
  plural: "roles",
  schema: Role,
  storage: "roles",
  storageVersionHash: "7FuwZcIIItM=",
  formerVersions: ["v1beta1"],
  nameFormat: "pathSegmentName",
  createOnUpdate: true,
  strategy: { validate: roleErrors },
});
