import { type Node, nodes, type Pod, pods, secrets, serviceAccounts } from "@skates/api/core/v1";
import { type ApiObject, type ObjectKey, parseTime, type Resource, type UserInfo } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import type { Clock } from "@skates/component-base";
import type { TokenClaims, TokenVerifier } from "@skates/pki";
import { apiServerError } from "../errors.ts";
import { LEGACY_ISSUER } from "./legacy-tokens.ts";
import { type BoundObject, parseClaims, type ServiceAccountClaims } from "./service-account-claims.ts";
import type { TokenMethod, TokenUser } from "./token-method.ts";
import { CREDENTIAL_ID, serviceAccountGroups, serviceAccountUserName } from "./users.ts";

export interface ServiceAccountTokenOptions {
  readonly verifier: TokenVerifier;
  readonly registry: Registry;
  readonly clock: Clock;
}

/** An object that is being deleted still counts for so long. */
const DELETED_LEEWAY_MS = 60_000;

/**
 * Checks service-account tokens: signature and times, an audience in common with `audiences`, and that the account and what the
 * token is bound to still exist. Undefined: no token of this cluster. Throws an OperatingError `TokenInvalid` or as the verifier does.
 */
export class ServiceAccountTokens implements TokenMethod {
  readonly #options: ServiceAccountTokenOptions;

  constructor(options: ServiceAccountTokenOptions) {
    this.#options = options;
  }

  async authenticate(token: string, audiences: readonly string[], signal: AbortSignal): Promise<TokenUser | undefined> {
    const verified = await this.#options.verifier.verify(token);
    if (verified === undefined || verified.iss === LEGACY_ISSUER) return undefined;
    const common = audiences.filter((audience) => verified.aud.includes(audience));
    if (common.length === 0)
      throw invalidToken(`token audiences ${JSON.stringify(verified.aud)} is invalid for the target audiences`);
    const claims = parseClaims(verified);
    if (claims === undefined) throw invalidToken("token could not be validated due to missing claims");
    await this.#checkBound(claims, signal);
    return { user: tokenUser(verified, claims), audiences: common, warnAfter: claims.warnAfter };
  }

  async #checkBound(claims: ServiceAccountClaims, signal: AbortSignal): Promise<void> {
    const { namespace, serviceAccount, pod, secret, node } = claims;
    await this.#mustExist(
      { resource: serviceAccounts, what: "service account", namespace, bound: serviceAccount },
      signal,
    );
    if (secret !== undefined)
      await this.#mustExist({ resource: secrets, what: "secret", namespace, bound: secret }, signal);
    if (pod !== undefined) await this.#mustExist<Pod>({ resource: pods, what: "pod", namespace, bound: pod }, signal);
    // A pod's token dies with the pod; only a token bound to a node alone depends on the node.
    if (node !== undefined && pod === undefined) {
      await this.#mustExist<Node>({ resource: nodes, what: "node", namespace: undefined, bound: node }, signal);
    }
  }

  async #mustExist<T extends ApiObject>(
    { resource, what, namespace, bound }: BoundCheck<T>,
    signal: AbortSignal,
  ): Promise<void> {
    const key: ObjectKey = { namespace, name: bound.name };
    const { registry, clock } = this.#options;
    const stands = (object: T | undefined): boolean => {
      if (object === undefined || object.metadata.uid !== bound.uid) return false;
      const deletion = object.metadata.deletionTimestamp;
      return deletion === undefined || parseTime(deletion) + DELETED_LEEWAY_MS >= clock.nowMs();
    };
    // The cache may not have an object yet whose token comes already: ask the store before refusing.
    if (stands(registry.cached(resource, key)) || stands(await registry.get(resource, key, signal))) return;
    throw invalidToken(`service account token has been invalidated: ${what} ${bound.name} is gone`);
  }
}

interface BoundCheck<T extends ApiObject> {
  readonly resource: Resource<T>;
  readonly what: string;
  readonly namespace: string | undefined;
  readonly bound: BoundObject;
}

function tokenUser(token: TokenClaims, { namespace, serviceAccount, pod, node }: ServiceAccountClaims): UserInfo {
  const extra: Record<string, readonly string[]> = {};
  if (token.jti !== undefined) extra[CREDENTIAL_ID] = [`JTI=${token.jti}`];
  const add = (kind: string, bound: BoundObject | undefined): void => {
    if (bound === undefined) return;
    extra[`authentication.kubernetes.io/${kind}-name`] = [bound.name];
    if (bound.uid !== "") extra[`authentication.kubernetes.io/${kind}-uid`] = [bound.uid];
  };
  add("node", node);
  add("pod", pod);
  return {
    name: serviceAccountUserName(namespace, serviceAccount.name),
    uid: serviceAccount.uid,
    groups: serviceAccountGroups(namespace),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function invalidToken(message: string): Error {
  return apiServerError("TokenInvalid", message);
}
