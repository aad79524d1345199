import { type Infer, req, string, struct } from "@skates/apimachinery";

export const MatchCondition = struct("admissionregistration.k8s.io/v1.MatchCondition", {
  name: req(1, string, ""),
  expression: req(2, string, ""),
});
export interface MatchCondition extends Infer<typeof MatchCondition> {}
