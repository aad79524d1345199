import type { Secret, ServiceAccount } from "@skates/api/core/v1";
import type { TokenClaims } from "@skates/pki";

const TYPE = "kubernetes.io/service-account-token";
const ACCOUNT_NAME = "kubernetes.io/service-account.name";
const ACCOUNT_UID = "kubernetes.io/service-account.uid";

/** The account that a Secret asks a token of; undefined: it asks for none. An empty uid is that of whichever account has the name. */
export interface Asked {
  readonly name: string;
  readonly uid: string;
}

/** What a Secret asks for. */
export function askedOf({ type, metadata }: Secret): Asked | undefined {
  const name = metadata.annotations?.[ACCOUNT_NAME] ?? "";
  return type !== TYPE || name === "" ? undefined : { name, uid: metadata.annotations?.[ACCOUNT_UID] ?? "" };
}

/** Whether this is the account, and not another one that has its name by now. */
export function isAsked({ name, uid }: Asked, account: ServiceAccount | undefined): account is ServiceAccount {
  return account?.metadata.name === name && (uid === "" || uid === account.metadata.uid);
}

/** What a token in a Secret says; it does not end. */
export function legacyClaims({ metadata }: Secret, account: ServiceAccount): TokenClaims {
  const { namespace = "" } = metadata;
  const { name, uid = "" } = account.metadata;
  const claim = "kubernetes.io/serviceaccount";
  return {
    iss: "kubernetes/serviceaccount",
    sub: `system:serviceaccount:${namespace}:${name}`,
    aud: [],
    [`${claim}/namespace`]: namespace,
    [`${claim}/secret.name`]: metadata.name,
    [`${claim}/service-account.name`]: name,
    [`${claim}/service-account.uid`]: uid,
  };
}

/** Whether a token has to be made; what there is is never replaced. */
export function needsToken({ data }: Secret): boolean {
  return (data?.["token"] ?? "") === "";
}

export interface Filling {
  readonly account: ServiceAccount;
  /** PEM. */
  readonly caBundle: string;
  /** Needed where the secret has none. */
  readonly token?: string | undefined;
}

/** The secret with all that it should hold; the same one when it does. */
export function filledSecret(secret: Secret, { account, caBundle, token }: Filling): Secret {
  const { namespace = "", annotations } = secret.metadata;
  const wanted: Record<string, string> = {};
  if (caBundle !== "") wanted["ca.crt"] = btoa(caBundle);
  if ((secret.data?.["namespace"] ?? "") === "") wanted["namespace"] = btoa(namespace);
  if (token !== undefined && needsToken(secret)) wanted["token"] = btoa(token);
  if (Object.entries(wanted).every(([name, text]) => secret.data?.[name] === text)) return secret;
  const { name, uid = "" } = account.metadata;
  const named = { ...annotations, [ACCOUNT_NAME]: name, [ACCOUNT_UID]: uid };
  return { ...secret, metadata: { ...secret.metadata, annotations: named }, data: { ...secret.data, ...wanted } };
}

/** The account without its word of a secret that is gone; the same one if it does not name it. */
export function withoutSecret(account: ServiceAccount, name: string): ServiceAccount {
  const rest = account.secrets?.filter((one) => one.name !== name);
  if (rest === undefined || rest.length === account.secrets?.length) return account;
  return { ...account, secrets: rest };
}
