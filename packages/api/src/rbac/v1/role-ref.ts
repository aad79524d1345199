import { type Infer, opt, req, string, struct, type AnyStructOptions } from "@skates/apimachinery";
import { roleRefDefaults } from "./rbac-tables.ts";

export const RoleRef = struct(
  "rbac.authorization.k8s.io/v1.RoleRef",
  {
    apiGroup: opt(1, string, "", { emitEmpty: true }),
    kind: req(2, string, ""),
    name: req(3, string, ""),
  },
  (): AnyStructOptions => ({ atomic: true, defaults: roleRefDefaults }),
);
export interface RoleRef extends Infer<typeof RoleRef> {}
