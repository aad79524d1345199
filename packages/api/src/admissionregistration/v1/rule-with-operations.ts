import { type Infer, inline, list, oneOf, opt, string, struct } from "@skates/apimachinery";

export const Rule = struct(
  "admissionregistration.k8s.io/v1.Rule",
  {
    apiGroups: opt(1, list(string), "API groups; * for all."),
    apiVersions: opt(2, list(string), "API versions; * for all."),
    resources: opt(3, list(string), "Plurals of kinds, with subresources after /; * for all."),
    scope: opt(4, oneOf("*", "Cluster", "Namespaced"), "Cluster, Namespaced or *.", { keepZero: true, default: "*" }),
  },
  { doc: "Kinds of objects." },
);
export interface Rule extends Infer<typeof Rule> {}

export const RuleWithOperations = struct(
  "admissionregistration.k8s.io/v1.RuleWithOperations",
  {
    operations: opt(
      1,
      list(oneOf("*", "CONNECT", "CREATE", "DELETE", "UPDATE")),
      "CREATE, UPDATE, DELETE, CONNECT or *.",
    ),
    ...inline(2, Rule),
  },
  { doc: "Operations on kinds of objects." },
);
export interface RuleWithOperations extends Infer<typeof RuleWithOperations> {}
