import { type Secret, secrets, type ServiceAccount, serviceAccounts } from "@skates/api/core/v1";
import { isStatus, keyOf, type ObjectKey } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import { type Component, type Env, messageOf } from "@skates/component-base";
import { createWorkQueue, type Informers } from "@skates/controller-runtime";
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
  let ready = false;
  return {
    name: "serviceaccount-token-controller",
    ready: () => ready,
    async run(signal) {
      const queue = createWorkQueue<ObjectKey>(
        { clock: env.clock, id: ({ namespace, name }) => `${namespace}/${name}` },
        signal,
      );
      const ends = [
        tokens.subscribe(({ type, object }) => {
          if (type !== "deleted" && object.type === TYPE) queue.add(keyOf(object));
        }),
        accounts.subscribe(({ type, object }) => {
          if (type === "updated") return;
          const { namespace = "", name } = object.metadata;
          for (const secret of tokens.list(namespace)) {
            if (secret.type === TYPE && accountOf(secret) === name) queue.add(keyOf(secret));
          }
        }),
      ];
      try {
        await Promise.all([tokens.whenSynced(signal), accounts.whenSynced(signal)]);
        ready = true;
        for (;;) {
          const key = await queue.take(signal);
          const secret = tokens.get(key);
          const account = secret && accounts.get({ namespace: key.namespace, name: accountOf(secret) });
          if (secret === undefined) {
            queue.done(key, "ok");
            continue;
          }
          queue.done(key, await settle(options, { secret, account }, signal));
          queue.add(key, { delayMs: AUTHORITIES_LOOK_MS });
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        for (const end of ends) end();
      }
    },
  };
}

interface Token {
  readonly secret: Secret;
  readonly account: ServiceAccount | undefined;
}

async function settle(options: TokenControllerOptions, token: Token, signal: AbortSignal): Promise<"ok" | "retry"> {
  const { client, env } = options;
  const { secret } = token;
  try {
    if (secret.metadata.deletionTimestamp !== undefined) return "ok";
    if (isOrphan(token)) {
      if (ageMs(secret, env.clock.nowMs()) < PATIENCE_MS) return "retry";
      const preconditions = { uid: secret.metadata.uid, resourceVersion: secret.metadata.resourceVersion };
      await client.resource(secrets).delete(keyOf(secret), { preconditions }, signal);
      return "ok";
    }
    const filled = await fill(options, token);
    if (filled !== secret) await client.resource(secrets).update(filled, {}, signal);
    return "ok";
  } catch (error) {
    signal.throwIfAborted();
    if (isStatus(error, "NotFound")) return "ok";
    if (!isStatus(error, "Conflict")) {
      const { namespace, name } = secret.metadata;
      env.log.warn("a token of a service account could not be looked after", {
        namespace,
        name,
        cause: messageOf(error),
      });
    }
    return "retry";
  }
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
