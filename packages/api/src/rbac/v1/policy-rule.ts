import { type Infer, list, opt, req, string, struct } from "@skates/apimachinery";

export const PolicyRule = struct(
  "rbac.authorization.k8s.io/v1.PolicyRule",
  {
    verbs: req(1, list(string), "Such as get or create; * for all.", { mayBeEmpty: true }),
    apiGroups: opt(2, list(string), "API groups; * for all."),
    resources: opt(3, list(string), "Plurals of kinds; * for all."),
    resourceNames: opt(4, list(string), "Names of objects; all when empty."),
    nonResourceURLs: opt(5, list(string), "Paths that are not of objects; only in cluster roles."),
  },
  { doc: "A right to make certain requests." },
);
export interface PolicyRule extends Infer<typeof PolicyRule> {}
