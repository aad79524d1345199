import type { Registry } from "@skates/apiserver";
import type { Client } from "@skates/client";
import type { Env } from "@skates/component-base";
import type { WebhookCaller } from "../webhooks/webhook-caller.ts";
import type { WebhookTarget } from "../webhooks/webhook-target.ts";
import { reviewCaller } from "../webhooks/review-caller.ts";
import { type AnonymousAccess, OPEN_PATHS } from "./anonymous.ts";
import { bootstrapTokens } from "./bootstrap-tokens.ts";
import { legacyTokens } from "./legacy-tokens.ts";
import { ServiceAccountTokens } from "./service-account-tokens.ts";
import { staticTokens } from "./static-tokens.ts";
import { cachedTokens } from "./token-cache.ts";
import { firstOf, type TokenMethod } from "./token-method.ts";
import type { TokenOptions } from "./token-options.ts";
import { webhookTokens } from "./webhook-tokens.ts";

/** How callers may prove who they are, besides certificates and tokens of service accounts. */
export interface AuthenticationSettings {
  /** Who may ask without credentials, read for each request. Default: for health, version and `cluster-info`. */
  readonly anonymous?: (() => AnonymousAccess) | undefined;
  /** Text of a file of static tokens, as `staticTokens` reads it. */
  readonly tokenFile?: string | undefined;
  /** Tokens of Secrets with which nodes join; default true. */
  readonly bootstrapTokens?: boolean | undefined;
  /** Tokens of other issuers. */
  readonly issuers?: TokenMethod | undefined;
  /** Asked last, for tokens that nobody knew. */
  readonly webhook?: TokenWebhook | undefined;
}

/** Upstream's `--authentication-token-webhook-*`. */
export interface TokenWebhook {
  readonly target: WebhookTarget;
  readonly version: "v1" | "v1beta1";
  /** How long its answers are kept. */
  readonly cacheMs: number;
}

const WEBHOOK_TIMEOUT_MS = 30_000;

export interface TokenMethodOptions {
  readonly env: Env;
  readonly registry: Registry;
  /** Under the API server's own identity. */
  readonly client: Client;
  readonly webhooks: WebhookCaller;
  readonly tokens: TokenOptions;
  readonly settings: AuthenticationSettings;
  /** Audiences of this API. */
  readonly audiences: readonly string[];
}

/** All kinds of tokens, in upstream's order. Throws `InvalidTokenFile`. */
export function tokenMethods(options: TokenMethodOptions): TokenMethod {
  const { env, registry, client, settings, audiences } = options;
  const { clock, log } = env;
  const { verifier } = options.tokens;
  const { tokenFile, issuers, webhook } = settings;
  return firstOf([
    ...(tokenFile === undefined ? [] : [staticTokens(tokenFile)]),
    legacyTokens({ verifier, registry, client, clock, log }),
    new ServiceAccountTokens({ verifier, registry, clock }),
    ...(settings.bootstrapTokens === false ? [] : [bootstrapTokens({ registry, clock })]),
    ...(issuers === undefined ? [] : [issuers]),
    ...(webhook === undefined ? [] : [askedWebhook(options, webhook, audiences)]),
  ]);
}

function askedWebhook(
  { env: { clock }, webhooks }: TokenMethodOptions,
  { target, version, cacheMs }: TokenWebhook,
  audiences: readonly string[],
): TokenMethod {
  const call = reviewCaller({ caller: webhooks, target, clock, timeoutMs: WEBHOOK_TIMEOUT_MS });
  const asked = webhookTokens({ call, version, audiences });
  return cachedTokens(asked, { clock, successMs: cacheMs, failureMs: cacheMs });
}

/** Who may ask without credentials, by the settings. */
export function anonymousAccess({ anonymous }: AuthenticationSettings): AnonymousAccess {
  return anonymous?.() ?? OPEN_PATHS;
}
