import { type Secret, secrets } from "@skates/api/core/v1";
import { parseTime } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import type { Clock } from "@skates/component-base";
import { sameSecret } from "./same-secret.ts";
import { secretText } from "./secret-text.ts";
import type { TokenMethod } from "./token-method.ts";

export interface BootstrapTokenOptions {
  readonly registry: Registry;
  readonly clock: Clock;
}

const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;
const EVERY = "system:bootstrappers";

/**
 * Tokens with which nodes join, kept as Secrets `kube-system/bootstrap-token-<id>`: a node that joins is `system:bootstrap:<id>` until
 * it has a certificate. A secret that is wrong in any way lets nobody in.
 */
export function bootstrapTokens({ registry, clock }: BootstrapTokenOptions): TokenMethod {
  return {
    async authenticate(token, audiences, signal) {
      const [, id, secret] = TOKEN.exec(token) ?? [];
      if (id === undefined || secret === undefined) return undefined;
      const key = { namespace: "kube-system", name: `bootstrap-token-${id}` };
      const found = await registry.find<Secret>(secrets, key, signal);
      if (found === undefined || !letsIn(found, { id, secret, nowMs: clock.nowMs() })) return undefined;
      const groups = groupsOf(found);
      return groups === undefined ? undefined : { user: { name: `system:bootstrap:${id}`, groups }, audiences };
    },
  };
}

interface Presented {
  readonly id: string;
  readonly secret: string;
  readonly nowMs: number;
}

function letsIn(secret: Secret, presented: Presented): boolean {
  if (secret.type !== "bootstrap.kubernetes.io/token" || secret.metadata.deletionTimestamp !== undefined) return false;
  const expiration = secretText(secret, "expiration");
  if (expiration !== undefined && hasEnded(expiration, presented.nowMs)) return false;
  return (
    sameSecret(secretText(secret, "token-secret") ?? "", presented.secret) &&
    secretText(secret, "token-id") === presented.id &&
    secretText(secret, "usage-bootstrap-authentication") === "true"
  );
}

/** Undefined: one of them is not a group of nodes that join. */
function groupsOf(secret: Secret): readonly string[] | undefined {
  const extra = (secretText(secret, "auth-extra-groups") ?? "").split(",").filter((group) => group !== "");
  return extra.every((group) => GROUP.test(group)) ? [EVERY, ...new Set(extra)].sort() : undefined;
}

/** A time that nobody can read has passed, as for who cleans up. */
function hasEnded(expiration: string, nowMs: number): boolean {
  try {
    return parseTime(expiration) <= nowMs;
  } catch {
    return true;
  }
}
