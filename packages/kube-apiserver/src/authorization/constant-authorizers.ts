import { GROUP_MASTERS } from "../authentication/users.ts";
import { type ChainedAuthorizer, NO_RULES } from "./union.ts";

/** Lets everybody do everything. */
export const ALWAYS_ALLOW: ChainedAuthorizer = {
  authorize: async () => ({ decision: "allow", reason: "" }),
  rulesFor: async () => ({
    ...NO_RULES,
    resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
    nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
  }),
};

/** Lets nobody do anything, but gives way to others. */
export const ALWAYS_DENY: ChainedAuthorizer = {
  authorize: async () => ({ decision: "no opinion", reason: "Everything is forbidden." }),
  rulesFor: async () => NO_RULES,
};

/** `system:masters` may do everything, whatever else is configured: the way back in. Their rules are those of their binding. */
export const MASTERS: ChainedAuthorizer = {
  authorize: async ({ user }) => ({
    decision: user.groups.includes(GROUP_MASTERS) ? "allow" : "no opinion",
    reason: "",
  }),
  rulesFor: async () => NO_RULES,
};
