import { type Infer, opt, string, struct } from "@skates/apimachinery";

export const ParamKind = struct(
  "admissionregistration.k8s.io/v1.ParamKind",
  {
    apiVersion: opt(1, string, "API version of the kind."),
    kind: opt(2, string, "The kind."),
  },
  { atomic: true, doc: "Kind of a policy's parameters." },
);
export interface ParamKind extends Infer<typeof ParamKind> {}
