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
      "",
    ),
    objectSelector: opt(
      2,
      ref<LabelSelector>(() => LabelSelector),
      "",
    ),
    resourceRules: opt(3, list(ref<NamedRuleWithOperations>(() => NamedRuleWithOperations)), ""),
    excludeResourceRules: opt(4, list(ref<NamedRuleWithOperations>(() => NamedRuleWithOperations)), ""),
    matchPolicy: opt(7, oneOf("Equivalent", "Exact"), "", { keepZero: true, default: "Equivalent" }),
  },
  (): AnyStructOptions => ({ atomic: true, defaults: selectorDefaults }),
);
export interface MatchResources extends Infer<typeof MatchResources> {}

export const NamedRuleWithOperations = struct(
  "admissionregistration.k8s.io/v1.NamedRuleWithOperations",
  {
    resourceNames: opt(1, list(string), ""),
    ...inline(2, RuleWithOperations),
  },
  { atomic: true },
);
export interface NamedRuleWithOperations extends Infer<typeof NamedRuleWithOperations> {}
