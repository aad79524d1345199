import { type Infer, opt, req, string, struct, type AnyStructOptions } from "@skates/apimachinery";
import { subjectDefaults } from "./rbac-tables.ts";

export const Subject = struct(
  "rbac.authorization.k8s.io/v1.Subject",
  {
    kind: req(1, string, "User, Group or ServiceAccount."),
    apiGroup: opt(2, string, "API group of the kind."),
    name: req(3, string, "Name of the user, group or account."),
    namespace: opt(4, string, "Namespace of the account."),
  },
  (): AnyStructOptions => ({ atomic: true, defaults: subjectDefaults, doc: "Somebody who is granted a role." }),
);
export interface Subject extends Infer<typeof Subject> {}
