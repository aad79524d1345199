import { type Secret, secrets, type ServiceAccount, serviceAccounts } from "@skates/api/core/v1";
import { isStatus, keyOf, type ObjectKey } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import type { Component, Env } from "@skates/component-base";
import { type Informers, keyWorker } from "@skates/controller-runtime";
import type { TokenSigner } from "@skates/pki";
import { AUTHORITIES_LOOK_MS } from "../authorities.ts";
import { type Asked, askedOf, filledSecret, isAsked, legacyClaims, needsToken, withoutSecret } from "./plan.ts";

export interface TokenControllerOptions {
  readonly client: Client;
  readonly informers: Informers;
  readonly env: Env;
  readonly signer: TokenSigner;
  /** PEM, as it is at the moment. */
  readonly caBundle: () => string;
}

/** Secrets that are gone and may be named by accounts; more at once are left to whoever reads the account. */
const GONE_MAX = 10_000;

/**
 * Fills Secrets of type `kubernetes.io/service-account-token` with a token that does not expire, for those who still ask for one,
 * deletes those whose account is gone, and takes those that are gone out of the list of their account.
 */
export function tokenController(options: TokenControllerOptions): Component {
  const { client, informers, env } = options;
  const tokens = informers.for(secrets);
  const accounts = informers.for(serviceAccounts);
  const gone = new Map<string, Asked>();

  /** A secret may be seen before its account: before it is deleted for the want of one, the server is asked. */
  async function accountOf(asked: Asked, namespace: string | undefined, signal: AbortSignal) {
    const key = { namespace, name: asked.name };
    const seen = accounts.get(key);
    return isAsked(asked, seen) ? seen : await liveAccount(client, key, signal);
  }

  async function forget(key: ObjectKey, signal: AbortSignal): Promise<void> {
    const asked = gone.get(idOf(key));
    if (asked === undefined) return;
    const at = { namespace: key.namespace, name: asked.name };
    const seen = accounts.get(at);
    if (isAsked(asked, seen) && withoutSecret(seen, key.name) !== seen) {
      const account = await liveAccount(client, at, signal);
      if (isAsked(asked, account)) {
        const rest = withoutSecret(account, key.name);
        if (rest !== account) await client.resource(serviceAccounts).update(rest, {}, signal);
      }
    }
    gone.delete(idOf(key));
  }

  return keyWorker({
    name: "serviceaccount-token-controller",
    env,
    informers: [tokens, accounts],
    failure: "a token of a service account could not be looked after",
    follow: (add) => [
      tokens.subscribe(({ type, object }) => {
        const asked = askedOf(object);
        if (asked === undefined) return;
        if (type !== "deleted") gone.delete(idOf(keyOf(object)));
        else if (gone.size < GONE_MAX) gone.set(idOf(keyOf(object)), asked);
        add(keyOf(object));
      }),
      accounts.subscribe(({ type, object }) => {
        if (type === "updated") return;
        const { namespace = "", name } = object.metadata;
        for (const secret of tokens.list(namespace)) if (askedOf(secret)?.name === name) add(keyOf(secret));
      }),
    ],
    async work(key, signal) {
      const secret = tokens.get(key);
      if (secret === undefined) {
        await forget(key, signal);
        return undefined;
      }
      const asked = askedOf(secret);
      if (asked === undefined || secret.metadata.deletionTimestamp !== undefined) return undefined;
      const account = await accountOf(asked, key.namespace, signal);
      if (!isAsked(asked, account)) {
        const preconditions = { uid: secret.metadata.uid };
        await client.resource(secrets).delete(key, { preconditions }, signal);
        return undefined;
      }
      await fill(options, { secret, account }, signal);
      return AUTHORITIES_LOOK_MS;
    },
  });
}

async function fill(
  { client, signer, caBundle }: TokenControllerOptions,
  { secret, account }: { readonly secret: Secret; readonly account: ServiceAccount },
  signal: AbortSignal,
): Promise<void> {
  const token = needsToken(secret) ? await signer.sign(legacyClaims(secret, account)) : undefined;
  const filled = filledSecret(secret, { account, caBundle: caBundle(), token });
  if (filled !== secret) await client.resource(secrets).update(filled, {}, signal);
}

async function liveAccount(client: Client, key: ObjectKey, signal: AbortSignal): Promise<ServiceAccount | undefined> {
  try {
    return await client.resource<ServiceAccount>(serviceAccounts).get(key, {}, signal);
  } catch (error) {
    if (!isStatus(error, "NotFound")) throw error;
    return undefined;
  }
}

function idOf({ namespace = "", name }: ObjectKey): string {
  return `${namespace}/${name}`;
}
