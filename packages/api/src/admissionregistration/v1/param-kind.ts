import { type Infer, opt, string, struct } from "@skates/apimachinery";

export const ParamKind = struct(
  "admissionregistration.k8s.io/v1.ParamKind",
  {
    apiVersion: opt(1, string, ""),
    kind: opt(2, string, ""),
  },
  { atomic: true },
);
export interface ParamKind extends Infer<typeof ParamKind> {}
