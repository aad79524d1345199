import {
  type Infer,
  inline,
  list,
  oneOf,
  opt,
  ref,
  string,
  struct,
  LabelSelector,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { RuleWithOperations } from "./rule-with-operations.ts";
import { selectorDefaults } from "./admission-tables.ts";

export const MatchResources = struct(
  "admissionregistration.k8s.io/v1.MatchResources",
  {
    namespaceSelector: opt(
      1,
      ref<LabelSelector>(() => LabelSelector),
      "Labels of the object's namespace.",
    ),
    objectSelector: opt(
      2,
      ref<LabelSelector>(() => LabelSelector),
      "Labels of the object.",
    ),
    resourceRules: opt(
      3,
      list(ref<NamedRuleWithOperations>(() => NamedRuleWithOperations)),
      "Operations and kinds; any may fit.",
    ),
    excludeResourceRules: opt(
      4,
      list(ref<NamedRuleWithOperations>(() => NamedRuleWithOperations)),
      "Operations and kinds that are left out.",
    ),
    matchPolicy: opt(7, oneOf("Equivalent", "Exact"), "Whether requests in other versions fit too.", {
      keepZero: true,
      default: "Equivalent",
    }),
  },
  (): AnyStructOptions => ({ atomic: true, defaults: selectorDefaults, doc: "Which requests are looked at." }),
);
export interface MatchResources extends Infer<typeof MatchResources> {}

export const NamedRuleWithOperations = struct(
  "admissionregistration.k8s.io/v1.NamedRuleWithOperations",
  {
    resourceNames: opt(1, list(string), "Names of objects; all when empty."),
    ...inline(2, RuleWithOperations),
  },
  { atomic: true, doc: "Operations on kinds of objects, perhaps by name." },
);
export interface NamedRuleWithOperations extends Infer<typeof NamedRuleWithOperations> {}
