import { type Infer, opt, req, string, struct } from "@skates/apimachinery";

export const RoleRef = struct(
  "rbac.authorization.k8s.io/v1.RoleRef",
  {
    apiGroup: opt(1, string, "", { emitEmpty: true }),
    kind: req(2, string, ""),
    name: req(3, string, ""),
  },
  { atomic: true },
);
export interface RoleRef extends Infer<typeof RoleRef> {}
