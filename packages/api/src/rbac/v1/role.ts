import { type Infer, list, opt, ref, req, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { PolicyRule } from "./policy-rule.ts";

export const Role = struct("rbac.authorization.k8s.io/v1.Role", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  rules: opt(2, list(ref<PolicyRule>(() => PolicyRule)), "", { emitEmpty: true }),
});
export interface Role extends Infer<typeof Role> {}

export const roles = resource<Role>({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "Role",
  plural: "roles",
  schema: Role,
  storage: "roles",
  storageVersionHash: "7FuwZcIIItM=",
  nameFormat: "pathSegmentName",
  createOnUpdate: true,
});
