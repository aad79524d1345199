import { type Secret, secrets } from "@skates/api/core/v1";
import type { ObjectKey } from "@skates/apimachinery";
import { type Watch, watch } from "@skates/controller-runtime";

/** A token with which nodes join, as its Secret has it. */
export interface BootstrapToken {
  readonly id: string;
  readonly secret: string;
  /** Absent: never. */
  readonly expiresMs: number | undefined;
  /** Whether `cluster-info` is signed with it. */
  readonly signs: boolean;
}

const PREFIX = "bootstrap-token-";
export const TOKEN_NAMESPACE = "kube-system";

/** The token of a Secret; undefined: it is none, or its parts do not fit together. An expiry that cannot be read has passed. */
export function bootstrapTokenOf({ type, metadata, data = {} }: Secret): BootstrapToken | undefined {
  if (type !== "bootstrap.kubernetes.io/token" || metadata.namespace !== TOKEN_NAMESPACE) return undefined;
  const text = (key: string): string => atob(data[key] ?? "");
  const [id, secret, expiration] = [text("token-id"), text("token-secret"), text("expiration")];
  if (id === "" || secret === "" || metadata.name !== PREFIX + id) return undefined;
  const atMs = Date.parse(expiration);
  const expiresMs = expiration === "" ? undefined : Number.isNaN(atMs) ? 0 : atMs;
  return { id, secret, expiresMs, signs: text("usage-bootstrap-signing") === "true" };
}

/** Secrets that are tokens, each under the key that `keys` gives. */
export function watchTokens(keys: (secret: Secret) => ObjectKey): Watch {
  return watch({
    resource: secrets,
    keys: (secret) => (secret.type === "bootstrap.kubernetes.io/token" ? [keys(secret)] : []),
  });
}
