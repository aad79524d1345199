import type { UserInfo } from "@skates/apimachinery";
import type { ChainedAuthorizer, UserRules } from "../union.ts";
import type { PolicySource } from "./policy-source.ts";
import { decideByRoles, rulesOfUser } from "./rbac-authorizer.ts";

/** Allows what roles and their bindings allow. */
export function rbacAuthorizer(source: PolicySource): ChainedAuthorizer {
  return {
    async authorize(attributes, signal) {
      if (!source.loaded) await source.load(signal);
      return decideByRoles(source, attributes);
    },
    async rulesFor(user, namespace, signal) {
      await source.load(signal);
      return listedRules(source, user, namespace);
    },
  };
}

function listedRules(source: PolicySource, user: UserInfo, namespace: string): UserRules {
  const { rules, errors } = rulesOfUser(source, user, namespace);
  return {
    resourceRules: rules
      .filter(({ resources = [] }) => resources.length > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups: apiGroups ?? [],
        resources: resources ?? [],
        ...(resourceNames === undefined ? {} : { resourceNames }),
      })),
    nonResourceRules: rules.flatMap(({ verbs, nonResourceURLs = [] }) =>
      nonResourceURLs.length === 0 ? [] : [{ verbs, nonResourceURLs }],
    ),
    incomplete: errors.length > 0,
    errors,
  };
}
