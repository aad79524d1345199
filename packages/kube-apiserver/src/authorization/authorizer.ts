import type { UserInfo } from "@skates/apimachinery";
import type { AuthorizationAttributes, Authorizer, Decision, Registry } from "@skates/apiserver";
import {
  GROUP_AUTHENTICATED,
  GROUP_MASTERS,
  GROUP_SERVICE_ACCOUNTS,
  GROUP_UNAUTHENTICATED,
  nodeOfUser,
} from "../authentication/users.ts";
import {
  AUTHENTICATED_RULES,
  COMPONENT_RULES,
  SERVICE_ACCOUNT_RULES,
  UNAUTHENTICATED_RULES,
} from "./component-rules.ts";
import { CONTROLLER_RULES } from "./controller-rules.ts";
import { nodeRefusal } from "./node-authorizer.ts";
import { allows, type RuleSet } from "./rule.ts";

const ALLOW: Decision = { decision: "allow", reason: "" };
const EVERYTHING: RuleSet = {
  rules: [{ groups: ["*"], resources: ["*"], verbs: ["*"] }],
  paths: [{ paths: ["*"], verbs: ["*"] }],
};

/**
 * Who may do what, by a fixed table: `system:masters` everything, each component what it needs, a kubelet what concerns its node,
 * everybody with credentials reviews of themselves and discovery. There are no roles yet.
 */
export function createAuthorizer(registry: Registry): Authorizer {
  return {
    async authorize(attributes, signal): Promise<Decision> {
      if (attributes.user.groups.includes(GROUP_MASTERS)) return ALLOW;
      if (allowedByTable(attributes)) return ALLOW;
      const node = nodeOfUser(attributes.user);
      if (node === undefined || !attributes.resourceRequest) return { decision: "no opinion", reason: "" };
      const refusal = await nodeRefusal(registry, { node, attributes }, signal);
      return refusal === undefined ? ALLOW : { decision: "no opinion", reason: refusal };
    },
  };
}

function allowedByTable(attributes: AuthorizationAttributes): boolean {
  return ruleSetsOf(attributes.user).some((set) => allows(set, attributes));
}

/** All that the table says about a user; what a kubelet may besides depends on the pods of its node. */
export function ruleSetsOf({ name, groups }: UserInfo): readonly RuleSet[] {
  if (groups.includes(GROUP_MASTERS)) return [EVERYTHING];
  const own = COMPONENT_RULES.get(name) ?? CONTROLLER_RULES.get(name);
  return [
    ...(own === undefined ? [] : [own]),
    ...(groups.includes(GROUP_AUTHENTICATED) ? [AUTHENTICATED_RULES] : []),
    ...(groups.includes(GROUP_SERVICE_ACCOUNTS) ? [SERVICE_ACCOUNT_RULES] : []),
    ...(groups.includes(GROUP_UNAUTHENTICATED) ? [UNAUTHENTICATED_RULES] : []),
  ];
}
