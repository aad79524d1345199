import { type Secret, secrets, type ServiceAccount, serviceAccounts } from "@skates/api/core/v1";
import type { ApiObject, Resource } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import type { Client } from "@skates/client";
import { type Clock, type Logger, messageOf } from "@skates/component-base";
import type { TokenClaims, TokenVerifier } from "@skates/pki";
import { apiServerError } from "../errors.ts";
import { sameSecret } from "./same-secret.ts";
import { secretText } from "./secret-text.ts";
import type { TokenMethod } from "./token-method.ts";
import { serviceAccountGroups, serviceAccountUserName } from "./users.ts";

/** Issuer of tokens that live in Secrets and never expire. */
export const LEGACY_ISSUER = "kubernetes/serviceaccount";
const LAST_USED = "kubernetes.io/legacy-token-last-used";
const INVALID_SINCE = "kubernetes.io/legacy-token-invalid-since";
const CLAIM = "kubernetes.io/serviceaccount";

export interface LegacyTokenOptions {
  readonly verifier: TokenVerifier;
  readonly registry: Registry;
  /** Under the API server's own identity: notes on secrets when their token was used. */
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Tokens of Secrets of type `kubernetes.io/service-account-token`: good as long as the secret holds them and nobody has ended them. */
export function legacyTokens(options: LegacyTokenOptions): TokenMethod {
  return {
    async authenticate(token, audiences, signal) {
      const verified = await options.verifier.verify(token);
      if (verified === undefined || verified.iss !== LEGACY_ISSUER) return undefined;
      const claims = legacyClaims(verified);
      const secret = await live<Secret>(options, { resource: secrets, ...claims, name: claims.secret }, signal);
      if (!sameSecret(secretText(secret, "token") ?? "", token)) throw invalidated();
      const account = await live<ServiceAccount>(
        options,
        { resource: serviceAccounts, ...claims, name: claims.account },
        signal,
      );
      if (account.metadata.uid !== claims.uid) throw invalidated();
      await refuseEnded(options, secret, claims, signal);
      const name = serviceAccountUserName(claims.namespace, claims.account);
      return { user: { name, uid: claims.uid, groups: serviceAccountGroups(claims.namespace) }, audiences };
    },
  };
}

interface LegacyClaims {
  readonly namespace: string;
  readonly secret: string;
  readonly account: string;
  readonly uid: string;
}

function legacyClaims(token: TokenClaims): LegacyClaims {
  const claim = (name: string): string => {
    const value = token[`${CLAIM}/${name}`];
    if (typeof value === "string" && value !== "") return value;
    throw apiServerError("TokenInvalid", `${name.replaceAll(/[-.]/g, " ")} claim is missing`);
  };
  const claims = {
    namespace: claim("namespace"),
    secret: claim("secret.name"),
    account: claim("service-account.name"),
    uid: claim("service-account.uid"),
  };
  if (token.sub === serviceAccountUserName(claims.namespace, claims.account)) return claims;
  throw apiServerError("TokenInvalid", "sub claim is invalid");
}

interface Wanted<T extends ApiObject> {
  readonly resource: Resource<T>;
  readonly namespace: string;
  readonly name: string;
}

async function live<T extends ApiObject>(
  { registry }: LegacyTokenOptions,
  { resource, namespace, name }: Wanted<T>,
  signal: AbortSignal,
): Promise<T> {
  const found = await registry.find<T>(resource, { namespace, name }, signal);
  if (found === undefined || found.metadata.deletionTimestamp !== undefined) throw invalidated();
  return found;
}

/** Notes the day of use on the secret, once a day, by which unused ones are found and ended. */
async function refuseEnded(
  { client, clock, log }: LegacyTokenOptions,
  secret: Secret,
  { namespace, account }: LegacyClaims,
  signal: AbortSignal,
): Promise<void> {
  const { name, labels = {} } = secret.metadata;
  if (labels[INVALID_SINCE] !== undefined) {
    const which = `the token in secret ${namespace}/${name} for service account ${namespace}/${account}`;
    throw apiServerError("TokenInvalid", `${which} has been marked invalid`);
  }
  const today = new Date(clock.nowMs()).toISOString().slice(0, 10);
  if (labels[LAST_USED] === today) return;
  const body = { metadata: { labels: { [LAST_USED]: today } } };
  try {
    await client.resource(secrets).patch({ namespace, name }, { type: "merge", body }, {}, signal);
  } catch (error) {
    signal.throwIfAborted();
    log.warn("Cannot note the use of a token", { namespace, secret: name, error: messageOf(error) });
  }
}

function invalidated(): Error {
  return apiServerError("TokenInvalid", "service account token has been invalidated");
}
