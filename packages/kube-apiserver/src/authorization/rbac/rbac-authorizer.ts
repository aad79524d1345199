import type { PolicyRule, RoleRef } from "@skates/api/rbac/v1";
import { joinedErrors, type UserInfo } from "@skates/apimachinery";
import type { AuthorizationAttributes, Decision } from "@skates/apiserver";
import { ruleAllows } from "./policy-rules.ts";
import type { PolicySource } from "./policy-source.ts";
import { type Grant, grantsOf, grantText } from "./subjects.ts";

/** A user's rules, and what of the user's roles could not be found. */
export interface UserRules {
  readonly rules: readonly PolicyRule[];
  readonly errors: readonly string[];
}

/** Decides by roles and bindings: allows, or has no opinion. The cache must have been loaded. */
export function decideByRoles(source: PolicySource, attributes: AuthorizationAttributes): Decision {
  const missing: string[] = [];
  for (const grant of grantsFor(source, attributes.user, attributes.namespace)) {
    const rules = rulesOf(source, grant);
    if (rules === undefined) {
      missing.push(notFoundText(grant.binding.roleRef));
      continue;
    }
    for (const rule of rules) {
      if (ruleAllows(rule, attributes)) return { decision: "allow", reason: `RBAC: allowed by ${grantText(grant)}` };
    }
  }
  return { decision: "no opinion", reason: missing.length === 0 ? "" : `RBAC: ${joinedErrors(missing)}` };
}

/** All that roles give to a user in a namespace (empty: in all of them). */
export function rulesOfUser(source: PolicySource, user: UserInfo, namespace: string): UserRules {
  const errors: string[] = [];
  const rules: PolicyRule[] = [];
  for (const grant of grantsFor(source, user, namespace)) {
    const found = rulesOf(source, grant);
    if (found === undefined) errors.push(notFoundText(grant.binding.roleRef));
    else rules.push(...found);
  }
  return { rules, errors };
}

function* grantsFor(source: PolicySource, user: UserInfo, namespace: string): Generator<Grant> {
  yield* grantsOf(source.clusterGrants(), user);
  if (namespace !== "") yield* grantsOf(source.grantsIn(namespace), user);
}

function rulesOf(source: PolicySource, { binding }: Grant): readonly PolicyRule[] | undefined {
  return source.rulesOf(binding.roleRef, binding.metadata.namespace ?? "");
}

function notFoundText({ kind, name }: RoleRef): string {
  return `${kind.toLowerCase()}.rbac.authorization.k8s.io ${JSON.stringify(name)} not found`;
}
