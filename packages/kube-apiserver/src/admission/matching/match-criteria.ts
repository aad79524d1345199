import type { MatchResources, NamedRuleWithOperations } from "@skates/api/admissionregistration/v1";
import { labelSelector, type Selector } from "@skates/apimachinery";

/** Which requests a webhook or policy is about, compiled. */
export interface MatchCriteria {
  /** Undefined: all requests. */
  readonly rules: readonly NamedRuleWithOperations[] | undefined;
  readonly excluded: readonly NamedRuleWithOperations[];
  /** Requests in other versions of the same objects match too. */
  readonly equivalent: boolean;
  /** Undefined: any. */
  readonly namespaces: Selector | undefined;
  readonly objects: Selector | undefined;
}

/** A policy without rules is about nothing but for a binding, where it means that the binding leaves it to the policy. */
export function criteriaOf(match: MatchResources | undefined): MatchCriteria {
  const rules = match?.resourceRules ?? [];
  return {
    rules: rules.length === 0 ? undefined : rules,
    excluded: match?.excludeResourceRules ?? [],
    equivalent: match?.matchPolicy === "Equivalent",
    namespaces: selectorOf(match?.namespaceSelector),
    objects: selectorOf(match?.objectSelector),
  };
}

function selectorOf(selector: MatchResources["namespaceSelector"]): Selector | undefined {
  if (selector === undefined) return undefined;
  const empty = Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
  return empty ? undefined : labelSelector(selector);
}
