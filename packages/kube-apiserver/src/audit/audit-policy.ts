import type { AuditLevel, AuditStage, GroupResources, Policy, PolicyRule } from "@skates/api/audit/v1";
import type { AuthorizationAttributes } from "@skates/apiserver";

/** What a policy says of one request. */
export interface AuditDecision {
  readonly level: AuditLevel;
  readonly omitStages: ReadonlySet<AuditStage>;
  readonly omitManagedFields: boolean;
}

export type AuditRequest = Pick<
  AuthorizationAttributes,
  "user" | "verb" | "resourceRequest" | "path" | "group" | "resource" | "subresource" | "namespace" | "name"
>;

/** A checked policy as a function: the first rule that matches counts; without one nothing is written. */
export function auditPolicy(policy: Policy): (request: AuditRequest) => AuditDecision {
  const { rules = [], omitStages = [], omitManagedFields = false } = policy;
  const compiled = rules.map((rule) => ({
    matches: ruleMatcher(rule),
    decision: {
      level: rule.level as AuditLevel,
      omitStages: new Set([...omitStages, ...(rule.omitStages ?? [])]) as ReadonlySet<AuditStage>,
      omitManagedFields: rule.omitManagedFields ?? omitManagedFields,
    },
  }));
  return (request) => compiled.find(({ matches }) => matches(request))?.decision ?? NOTHING;
}

const NOTHING: AuditDecision = { level: "None", omitStages: new Set(), omitManagedFields: false };

function ruleMatcher(rule: PolicyRule): (request: AuditRequest) => boolean {
  const users = setOf(rule.users);
  const groups = setOf(rule.userGroups);
  const verbs = setOf(rule.verbs);
  const namespaces = setOf(rule.namespaces);
  const { resources = [], nonResourceURLs = [] } = rule;
  return (request) => {
    if (users !== undefined && !users.has(request.user.name)) return false;
    if (groups !== undefined && !request.user.groups.some((group) => groups.has(group))) return false;
    if (verbs !== undefined && !verbs.has(request.verb)) return false;
    if (namespaces !== undefined || resources.length > 0) {
      if (!request.resourceRequest) return false;
      if (namespaces !== undefined && !namespaces.has(request.namespace)) return false;
      return resources.length === 0 || resources.some((kinds) => matchesKinds(kinds, request));
    }
    if (nonResourceURLs.length === 0) return true;
    return !request.resourceRequest && nonResourceURLs.some((pattern) => matchesPath(pattern, request.path));
  };
}

function setOf(values: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return values === undefined || values.length === 0 ? undefined : new Set(values);
}

function matchesPath(pattern: string, path: string): boolean {
  return pattern === path || (pattern.endsWith("*") && path.startsWith(pattern.slice(0, -1)));
}

function matchesKinds(
  { group = "", resources = [], resourceNames = [] }: GroupResources,
  request: AuditRequest,
): boolean {
  if (group !== "*" && group !== request.group) return false;
  if (resources.length === 0) return true;
  if (resourceNames.length > 0 && !resourceNames.includes(request.name)) return false;
  const { resource, subresource } = request;
  const whole = subresource === "" ? resource : `${resource}/${subresource}`;
  return resources.some(
    (name) =>
      name === "*" || name === whole || name === `${resource}/*` || (subresource !== "" && name === `*/${subresource}`),
  );
}
