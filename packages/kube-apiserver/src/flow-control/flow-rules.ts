import type {
  FlowSchema,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  Subject,
} from "@skates/api/flowcontrol/v1";
import type { UserInfo } from "@skates/apimachinery";
import type { Route } from "@skates/apiserver";

export type Matcher = (user: UserInfo, route: Route) => boolean;

/** Which requests a flow schema is about, as a function. */
export function flowMatcher({ spec }: FlowSchema): Matcher {
  const rules = (spec.rules ?? []).map(ruleMatcher);
  return (user, route) => rules.some((matches) => matches(user, route));
}

function ruleMatcher({ subjects, resourceRules = [], nonResourceRules = [] }: PolicyRulesWithSubjects): Matcher {
  const isSubject = subjects.map(subjectMatcher);
  const resources = resourceRules.map(resourceMatcher);
  const paths = nonResourceRules.map(pathMatcher);
  return (user, route) =>
    isSubject.some((matches) => matches(user)) &&
    (route.resourceRequest ? resources : paths).some((matches) => matches(route));
}

function subjectMatcher(subject: Subject): (user: UserInfo) => boolean {
  const { kind, user: named, group, serviceAccount } = subject;
  if (kind === "User" && named !== undefined) return ({ name }) => named.name === "*" || named.name === name;
  if (kind === "Group" && group !== undefined) {
    return group.name === "*" ? () => true : ({ groups }) => groups.includes(group.name);
  }
  if (kind === "ServiceAccount" && serviceAccount !== undefined) {
    const accounts = `system:serviceaccount:${serviceAccount.namespace}:`;
    return serviceAccount.name === "*"
      ? ({ name }) => name.startsWith(accounts)
      : ({ name }) => name === accounts + serviceAccount.name;
  }
  return () => false;
}

function resourceMatcher(rule: ResourcePolicyRule): (route: Route) => boolean {
  const verbs = setOrAll(rule.verbs);
  const groups = setOrAll(rule.apiGroups);
  const resources = setOrAll(rule.resources);
  const namespaces = setOrAll(rule.namespaces ?? []);
  const clusterScope = rule.clusterScope === true;
  return ({ verb, group, resource, subresource, namespace }) =>
    has(verbs, verb) &&
    has(resources, subresource === "" ? resource : `${resource}/${subresource}`) &&
    has(groups, group) &&
    (namespace === "" ? clusterScope : has(namespaces, namespace));
}

function pathMatcher({ verbs: wanted, nonResourceURLs }: NonResourcePolicyRule): (route: Route) => boolean {
  const verbs = setOrAll(wanted);
  return ({ verb, path }) => has(verbs, verb) && nonResourceURLs.some((pattern) => pathMatches(pattern, path));
}

/** Upstream's rule: a path stands for all below it, too. */
function pathMatches(pattern: string, path: string): boolean {
  if (pattern === "*" || pattern === path) return true;
  const prefix = pattern.endsWith("*") ? pattern.slice(0, -1) : pattern;
  return path.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`);
}

/** Undefined: all. */
function setOrAll(values: readonly string[]): ReadonlySet<string> | undefined {
  return values.length === 1 && values[0] === "*" ? undefined : new Set(values);
}

function has(set: ReadonlySet<string> | undefined, value: string): boolean {
  return set === undefined || set.has(value);
}
