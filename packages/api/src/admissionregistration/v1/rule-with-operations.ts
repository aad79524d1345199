import { type Infer, inline, list, oneOf, opt, string, struct } from "@skates/apimachinery";

export const Rule = struct("admissionregistration.k8s.io/v1.Rule", {
  apiGroups: opt(1, list(string), ""),
  apiVersions: opt(2, list(string), ""),
  resources: opt(3, list(string), ""),
  scope: opt(4, oneOf("*", "Cluster", "Namespaced"), "", { keepZero: true, default: "*" }),
});
export interface Rule extends Infer<typeof Rule> {}

export const RuleWithOperations = struct("admissionregistration.k8s.io/v1.RuleWithOperations", {
  operations: opt(1, list(oneOf("*", "CONNECT", "CREATE", "DELETE", "UPDATE")), ""),
  ...inline(2, Rule),
});
export interface RuleWithOperations extends Infer<typeof RuleWithOperations> {}
