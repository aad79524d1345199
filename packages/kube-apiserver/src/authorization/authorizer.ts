import type { AuthorizationAttributes, Authorizer, Decision, Registry } from "@skates/apiserver";
import { GROUP_MASTERS, nodeOfUser } from "../authentication/users.ts";
import { nodeRefusal } from "./node-authorizer.ts";
import type { PolicySource } from "./rbac/policy-source.ts";
import { decideByRoles } from "./rbac/rbac-authorizer.ts";

const ALLOW: Decision = { decision: "allow", reason: "" };

/** `system:masters` may do everything; a kubelet what concerns its node; all others, and kubelets too, what roles give them. */
export function createAuthorizer(registry: Registry, source: PolicySource): Authorizer {
  return {
    async authorize(attributes, signal): Promise<Decision> {
      if (attributes.user.groups.includes(GROUP_MASTERS)) return ALLOW;
      const refusal = await refusalForNode(registry, attributes, signal);
      if (refusal === undefined) return ALLOW;
      await source.load(signal);
      const decision = decideByRoles(source, attributes);
      if (decision.decision === "allow") return decision;
      return {
        decision: "no opinion",
        reason: [refusal, decision.reason].filter((reason) => reason !== "").join("\n"),
      };
    },
  };
}

/** Undefined: allowed as a node; empty: this is none. */
async function refusalForNode(
  registry: Registry,
  attributes: AuthorizationAttributes,
  signal: AbortSignal,
): Promise<string | undefined> {
  const node = nodeOfUser(attributes.user);
  if (node === undefined || !attributes.resourceRequest) return "";
  return await nodeRefusal(registry, { node, attributes }, signal);
}
