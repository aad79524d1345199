import { type Secret, secrets, type ServiceAccount, serviceAccounts } from "@skates/api/core/v1";
import { keyOf } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import type { Component, Env } from "@skates/component-base";
import { type Informers, keyWorker } from "@skates/controller-runtime";
import type { TokenSigner } from "@skates/pki";
import { AUTHORITIES_LOOK_MS } from "../authorities.ts";

export interface TokenControllerOptions {
  readonly client: Client;
  readonly informers: Informers;
  readonly env: Env;
  readonly signer: TokenSigner;
  /** PEM, as it is at the moment. */
  readonly caBundle: () => string;
}

const TYPE = "kubernetes.io/service-account-token";
const ACCOUNT_NAME = "kubernetes.io/service-account.name";
const ACCOUNT_UID = "kubernetes.io/service-account.uid";
/** A secret may be seen before its account. */
const PATIENCE_MS = 10_000;

/**
 * Fills Secrets of type `kubernetes.io/service-account-token` with a token that does not expire, for those who still ask for one, and
 * deletes those whose account is gone.
 */
export function tokenController(options: TokenControllerOptions): Component {
  const { informers, env } = options;
  const tokens = informers.for(secrets);
  const accounts = informers.for(serviceAccounts);
  return keyWorker({
    name: "serviceaccount-token-controller",
    env,
    informers: [tokens, accounts],
    failure: "a token of a service account could not be looked after",
    follow: (add) => [
      tokens.subscribe(({ type, object }) => {
        if (type !== "deleted" && object.type === TYPE) add(keyOf(object));
      }),
      accounts.subscribe(({ type, object }) => {
        if (type === "updated") return;
        const { namespace = "", name } = object.metadata;
        for (const secret of tokens.list(namespace)) {
          if (secret.type === TYPE && accountOf(secret) === name) add(keyOf(secret));
        }
      }),
    ],
    async work(key, signal) {
      const secret = tokens.get(key);
      if (secret === undefined) return undefined;
      const account = accounts.get({ namespace: key.namespace, name: accountOf(secret) });
      return await settle(options, { secret, account }, signal);
    },
  });
}

interface Token {
  readonly secret: Secret;
  readonly account: ServiceAccount | undefined;
}

/** Milliseconds after which to look again; undefined: done. */
async function settle(options: TokenControllerOptions, token: Token, signal: AbortSignal): Promise<number | undefined> {
  const { client, env } = options;
  const { secret } = token;
  if (secret.metadata.deletionTimestamp !== undefined) return undefined;
  if (isOrphan(token)) {
    const restMs = PATIENCE_MS - ageMs(secret, env.clock.nowMs());
    if (restMs > 0) return restMs;
    const preconditions = { uid: secret.metadata.uid, resourceVersion: secret.metadata.resourceVersion };
    await client.resource(secrets).delete(keyOf(secret), { preconditions }, signal);
    return undefined;
  }
  const filled = await fill(options, token);
  if (filled !== secret) await client.resource(secrets).update(filled, {}, signal);
  return AUTHORITIES_LOOK_MS;
}

/** Without an account, or made for one that has been made anew since. */
function isOrphan({ secret, account }: Token): boolean {
  const uid = secret.metadata.annotations?.[ACCOUNT_UID];
  return account === undefined || (uid !== undefined && uid !== "" && uid !== account.metadata.uid);
}

/** The secret with all that it should hold; the same one when it does. */
async function fill({ signer, caBundle }: TokenControllerOptions, { secret, account }: Token): Promise<Secret> {
  const { namespace = "", annotations } = secret.metadata;
  const uid = account?.metadata.uid ?? "";
  const data: Record<string, string> = { ...secret.data };
  const encoded = (text: string): string => btoa(text);
  data["ca.crt"] = encoded(caBundle());
  if ((data["namespace"] ?? "") === "") data["namespace"] = encoded(namespace);
  if ((data["token"] ?? "") === "") {
    const claim = "kubernetes.io/serviceaccount";
    data["token"] = encoded(
      await signer.sign({
        iss: claim.replace("kubernetes.io", "kubernetes"),
        sub: `system:serviceaccount:${namespace}:${accountOf(secret)}`,
        aud: [],
        [`${claim}/namespace`]: namespace,
        [`${claim}/secret.name`]: secret.metadata.name,
        [`${claim}/service-account.name`]: accountOf(secret),
        [`${claim}/service-account.uid`]: uid,
      }),
    );
  }
  const same = Object.keys(data).every((name) => data[name] === secret.data?.[name]);
  if (same && annotations?.[ACCOUNT_UID] === uid) return secret;
  return { ...secret, metadata: { ...secret.metadata, annotations: { ...annotations, [ACCOUNT_UID]: uid } }, data };
}

function accountOf({ metadata }: Secret): string {
  return metadata.annotations?.[ACCOUNT_NAME] ?? "";
}

function ageMs({ metadata }: Secret, nowMs: number): number {
  return nowMs - Date.parse(metadata.creationTimestamp ?? "");
}
