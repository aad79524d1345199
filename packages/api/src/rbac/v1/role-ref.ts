import { type Infer, opt, req, string, struct, type AnyStructOptions } from "@skates/apimachinery";
import { roleRefDefaults } from "./rbac-tables.ts";

export const RoleRef = struct(
  "rbac.authorization.k8s.io/v1.RoleRef",
  {
    apiGroup: opt(1, string, "Its API group.", { emitEmpty: true }),
    kind: req(2, string, "Role or ClusterRole."),
    name: req(3, string, "Its name."),
  },
  (): AnyStructOptions => ({ atomic: true, defaults: roleRefDefaults, doc: "The role that is granted." }),
);
export interface RoleRef extends Infer<typeof RoleRef> {}
