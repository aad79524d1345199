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
import { allows } from "./rule.ts";

const ALLOW: Decision = { decision: "allow", reason: "" };

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
  const { name, groups } = attributes.user;
  const own = COMPONENT_RULES.get(name) ?? CONTROLLER_RULES.get(name);
  if (own !== undefined && allows(own, attributes)) return true;
  if (groups.includes(GROUP_AUTHENTICATED) && allows(AUTHENTICATED_RULES, attributes)) return true;
  if (groups.includes(GROUP_SERVICE_ACCOUNTS) && allows(SERVICE_ACCOUNT_RULES, attributes)) return true;
  return groups.includes(GROUP_UNAUTHENTICATED) && allows(UNAUTHENTICATED_RULES, attributes);
}
