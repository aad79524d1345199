import { type Secret, secrets } from "@skates/api/core/v1";
import { type ObjectKey, parseTime } from "@skates/apimachinery";
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

const TYPE = "bootstrap.kubernetes.io/token";
const PREFIX = "bootstrap-token-";
export const TOKEN_NAMESPACE = "kube-system";

/** The token of a Secret; undefined: it is none, or its parts do not fit together. */
export function bootstrapTokenOf(held: Secret): BootstrapToken | undefined {
  if (!isTokenSecret(held)) return undefined;
  const { metadata, data } = held;
  const [id, secret] = [text(data, "token-id"), text(data, "token-secret")];
  if (id === "" || secret === "" || metadata.name !== PREFIX + id) return undefined;
  return { id, secret, expiresMs: tokenExpiresMs(held), signs: text(data, "usage-bootstrap-signing") === "true" };
}

/** When a Secret for a token ends, whether its other parts fit together or not. Undefined: never; a time that cannot be read has passed. */
export function tokenExpiresMs({ data }: Secret): number | undefined {
  const expiration = text(data, "expiration");
  if (expiration === "") return undefined;
  try {
    return parseTime(expiration);
  } catch {
    return 0;
  }
}

/** Whether a Secret is meant to hold such a token. */
export function isTokenSecret({ type, metadata }: Secret): boolean {
  return type === TYPE && metadata.namespace === TOKEN_NAMESPACE;
}

function text(data: Secret["data"], key: string): string {
  return atob(data?.[key] ?? "");
}

/** Secrets that are tokens, each under the key that `keys` gives. */
export function watchTokens(keys: (secret: Secret) => ObjectKey): Watch {
  return watch({
    resource: secrets,
    keys: (secret) => (isTokenSecret(secret) ? [keys(secret)] : []),
  });
}
