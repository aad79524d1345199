import type { AuthorizationAttributes } from "@skates/apiserver";

/** Allows verbs on resources, in the manner of RBAC. A star stands for all, and before `/scale` for that subresource of all. */
export interface Rule {
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Absent: any name. */
  readonly names?: readonly string[] | undefined;
  /** Absent: any namespace, and cluster-scoped. */
  readonly namespace?: string | undefined;
}

export interface RuleSet {
  readonly rules: readonly Rule[];
}

/** Whether the set allows it. */
export function allows(set: RuleSet, attributes: AuthorizationAttributes): boolean {
  return attributes.resourceRequest && set.rules.some((rule) => ruleAllows(rule, attributes));
}

function ruleAllows(rule: Rule, attributes: AuthorizationAttributes): boolean {
  if (!matches(rule.verbs, attributes.verb) || !matches(rule.groups, attributes.group)) return false;
  if (rule.namespace !== undefined && rule.namespace !== attributes.namespace) return false;
  if (rule.names !== undefined && !rule.names.includes(attributes.name)) return false;
  const { resource, subresource } = attributes;
  if (subresource === "") return matches(rule.resources, resource);
  return matches(rule.resources, `${resource}/${subresource}`) || rule.resources.includes(`*/${subresource}`);
}

function matches(list: readonly string[], value: string): boolean {
  return list.includes("*") || list.includes(value);
}
