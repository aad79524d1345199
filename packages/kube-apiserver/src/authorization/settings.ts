import type { Registry } from "@skates/apiserver";
import type { Env } from "@skates/component-base";
import { nodeOfUser } from "../authentication/users.ts";
import { reviewCaller } from "../webhooks/review-caller.ts";
import type { WebhookCaller } from "../webhooks/webhook-caller.ts";
import type { WebhookTarget } from "../webhooks/webhook-target.ts";
import { abacAuthorizer } from "./abac.ts";
import { ALWAYS_ALLOW, ALWAYS_DENY, MASTERS } from "./constant-authorizers.ts";
import { nodeAuthorizer } from "./node/node-authorizer.ts";
import type { PolicySource } from "./rbac/policy-source.ts";
import { rbacAuthorizer } from "./rbac/rbac.ts";
import { type ChainedAuthorizer, NO_RULES, unionOf } from "./union.ts";
import { type ReviewMatcher, webhookAuthorizer } from "./webhook-authorizer.ts";

/** One authorizer of the chain. */
export type AuthorizerSetting =
  | { readonly type: "Node" | "RBAC" | "AlwaysAllow" | "AlwaysDeny" }
  /** `policies`: the text of the file. */
  | { readonly type: "ABAC"; readonly policies: string }
  | ({ readonly type: "Webhook" } & AuthorizationWebhook);

/** A webhook that is asked whether something is allowed. */
export interface AuthorizationWebhook {
  readonly name: string;
  readonly target: WebhookTarget;
  readonly version: "v1" | "v1beta1";
  readonly timeoutMs: number;
  readonly authorizedMs: number;
  readonly unauthorizedMs: number;
  readonly onError: "deny" | "no opinion";
  readonly matches?: ReviewMatcher | undefined;
}

/** Who decides what is allowed, in order. Another value of the same list takes effect with the next request. */
export type AuthorizationSettings = () => readonly AuthorizerSetting[];

/** Upstream's default in practice: kubelets by what is theirs, everybody by roles. */
export const NODE_AND_RBAC: readonly AuthorizerSetting[] = [{ type: "Node" }, { type: "RBAC" }];

export interface AuthorizerOptions {
  readonly env: Env;
  readonly registry: Registry;
  readonly source: PolicySource;
  readonly webhooks: WebhookCaller;
  readonly settings: AuthorizationSettings;
}

/** `system:masters` may do everything; for all others the authorizers of the settings are asked in order. */
export function createAuthorizer(options: AuthorizerOptions): ChainedAuthorizer {
  let builtFrom: readonly AuthorizerSetting[] | undefined;
  let built: readonly ChainedAuthorizer[] = [];
  return unionOf(() => {
    const settings = options.settings();
    if (settings !== builtFrom) {
      built = [MASTERS, ...settings.map((setting) => build(options, setting))];
      builtFrom = settings;
    }
    return built;
  });
}

function build(options: AuthorizerOptions, setting: AuthorizerSetting): ChainedAuthorizer {
  switch (setting.type) {
    case "AlwaysAllow":
      return ALWAYS_ALLOW;
    case "AlwaysDeny":
      return ALWAYS_DENY;
    case "ABAC":
      return abacAuthorizer(setting.policies);
    case "RBAC":
      return rbacAuthorizer(options.source);
    case "Node":
      return withNodeRules(options.registry);
    case "Webhook": {
      const { clock, log } = options.env;
      const { target, timeoutMs } = setting;
      const call = reviewCaller({ caller: options.webhooks, target, clock, timeoutMs });
      return webhookAuthorizer({ ...setting, call, clock, log });
    }
  }
}

function withNodeRules(registry: Registry): ChainedAuthorizer {
  return {
    ...nodeAuthorizer(registry),
    rulesFor: async (user) => {
      if (nodeOfUser(user) === undefined) return NO_RULES;
      return { ...NO_RULES, incomplete: true, errors: ["node authorizer does not support user rule resolution"] };
    },
  };
}
