import { type Infer, list, opt, req, string, struct } from "@skates/apimachinery";

export const PolicyRule = struct("rbac.authorization.k8s.io/v1.PolicyRule", {
  verbs: req(1, list(string), ""),
  apiGroups: opt(2, list(string), ""),
  resources: opt(3, list(string), ""),
  resourceNames: opt(4, list(string), ""),
  nonResourceURLs: opt(5, list(string), ""),
});
export interface PolicyRule extends Infer<typeof PolicyRule> {}
