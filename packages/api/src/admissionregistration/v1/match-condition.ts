import { type Infer, req, string, struct } from "@skates/apimachinery";

export const MatchCondition = struct(
  "admissionregistration.k8s.io/v1.MatchCondition",
  {
    name: req(1, string, "Name of the condition."),
    expression: req(2, string, "CEL expression that must be true."),
  },
  { doc: "A condition under which a request is looked at." },
);
export interface MatchCondition extends Infer<typeof MatchCondition> {}
