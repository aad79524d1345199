import { type Infer, req, string, struct } from "@skates/apimachinery";

export const Variable = struct(
  "admissionregistration.k8s.io/v1.Variable",
  {
    name: req(1, string, ""),
    expression: req(2, string, ""),
  },
  { atomic: true },
);
export interface Variable extends Infer<typeof Variable> {}
