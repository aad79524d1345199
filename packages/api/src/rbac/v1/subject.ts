import { type Infer, opt, req, string, struct, type AnyStructOptions } from "@skates/apimachinery";
import { subjectDefaults } from "./rbac-tables.ts";

export const Subject = struct(
  "rbac.authorization.k8s.io/v1.Subject",
  {
    kind: req(1, string, ""),
    apiGroup: opt(2, string, ""),
    name: req(3, string, ""),
    namespace: opt(4, string, ""),
  },
  (): AnyStructOptions => ({ atomic: true, defaults: subjectDefaults }),
);
export interface Subject extends Infer<typeof Subject> {}
