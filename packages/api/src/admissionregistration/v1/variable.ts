import { type Infer, req, string, struct } from "@skates/apimachinery";

export const Variable = struct(
  "admissionregistration.k8s.io/v1.Variable",
  {
    name: req(1, string, "Its name, as variables.NAME."),
    expression: req(2, string, "CEL expression that makes it."),
  },
  { atomic: true, doc: "A value that expressions share." },
);
export interface Variable extends Infer<typeof Variable> {}
