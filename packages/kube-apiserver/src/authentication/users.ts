import type { PeerCertificate, UserInfo } from "@skates/apimachinery";

export const GROUP_AUTHENTICATED = "system:authenticated";
const GROUP_UNAUTHENTICATED = "system:unauthenticated";
export const GROUP_MASTERS = "system:masters";
const GROUP_NODES = "system:nodes";
const GROUP_SERVICE_ACCOUNTS = "system:serviceaccounts";
const SERVICE_ACCOUNT_PREFIX = "system:serviceaccount:";
const NODE_PREFIX = "system:node:";

/** Who asks without any credentials. */
export const ANONYMOUS: UserInfo = { name: "system:anonymous", groups: [GROUP_UNAUTHENTICATED] };

/** The API server itself, for what it writes on its own behalf. */
export const API_SERVER: UserInfo = { name: "system:apiserver", groups: [GROUP_MASTERS, GROUP_AUTHENTICATED] };

/** Anybody whose credentials were accepted is in `system:authenticated` too. */
export function authenticated(user: UserInfo): UserInfo {
  if (user.groups.includes(GROUP_AUTHENTICATED) || user.groups.includes(GROUP_UNAUTHENTICATED)) return user;
  return { ...user, groups: [...user.groups, GROUP_AUTHENTICATED] };
}

/** Extra key: which credential somebody came with. */
export const CREDENTIAL_ID = "authentication.kubernetes.io/credential-id";

/** Whom a client certificate stands for. */
export function certificateUser({ commonName, uid, organizations, fingerprint }: PeerCertificate): UserInfo {
  return {
    name: commonName,
    ...(uid === undefined ? {} : { uid }),
    groups: organizations,
    extra: { [CREDENTIAL_ID]: [`X509SHA256=${fingerprint}`] },
  };
}

/** `system:serviceaccount:<namespace>:<name>`. */
export function serviceAccountUserName(namespace: string, name: string): string {
  return `${SERVICE_ACCOUNT_PREFIX}${namespace}:${name}`;
}

/** As whom kube-proxy works on nodes that joined: kubeadm's account. A node may have tokens of it that are bound to the node itself. */
export const NODE_PROXY_ACCOUNT = { namespace: "kube-system", name: "kube-proxy" } as const;

/** The groups of all service accounts, and of those in one namespace. */
export function serviceAccountGroups(namespace: string): readonly string[] {
  return [GROUP_SERVICE_ACCOUNTS, `${GROUP_SERVICE_ACCOUNTS}:${namespace}`];
}

/** The node whose kubelet this is; undefined: the user is no kubelet. */
export function nodeOfUser(user: UserInfo): string | undefined {
  if (!user.name.startsWith(NODE_PREFIX) || !user.groups.includes(GROUP_NODES)) return undefined;
  return user.name.slice(NODE_PREFIX.length);
}
