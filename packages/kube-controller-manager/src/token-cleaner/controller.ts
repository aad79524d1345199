import { type Secret, secrets } from "@skates/api/core/v1";
import { type Controller, deletion, type Lister, NOTHING, type Plan } from "@skates/controller-runtime";
import { isTokenSecret, tokenExpiresMs, watchTokens } from "../bootstrap-token/bootstrap-token.ts";

export interface TokenCleanerView {
  readonly secrets: Lister<Secret>;
}

/** Deletes tokens with which nodes joined once their time is over. */
export const tokenCleanerController: Controller<TokenCleanerView> = {
  name: "token-cleaner",
  watches: [watchTokens(({ metadata: { namespace = "", name } }) => ({ namespace, name }))],
  view: (listers) => ({ secrets: listers.for(secrets) }),
  plan: (view, key, nowMs) => planTokenCleaning(view.secrets.get(key), nowMs),
};

/** Deletes the secret, or looks again when it will be time. */
export function planTokenCleaning(secret: Secret | undefined, nowMs: number): Plan {
  if (secret === undefined || !isTokenSecret(secret)) return NOTHING;
  const expiresMs = tokenExpiresMs(secret);
  if (expiresMs === undefined) return NOTHING;
  if (expiresMs > nowMs) return { stages: [], requeueAfterMs: expiresMs - nowMs };
  return { stages: [[deletion(secrets, secret)]] };
}
