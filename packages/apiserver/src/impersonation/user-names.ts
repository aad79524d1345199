import type { UserInfo } from "@skates/apimachinery";

const NODE = "system:node:";
const SERVICE_ACCOUNT = "system:serviceaccount:";
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_MAX = 253;
const NODE_NAME = "authentication.kubernetes.io/node-name";

/** The node of a user that is its kubelet; undefined: another user. */
export function nodeOf(user: string): string | undefined {
  if (!user.startsWith(NODE)) return undefined;
  const name = user.slice(NODE.length);
  return isSubdomain(name) ? name : undefined;
}

/** The account that a user name stands for; undefined: another user. */
export function serviceAccountOf(user: string): { readonly namespace: string; readonly name: string } | undefined {
  if (!user.startsWith(SERVICE_ACCOUNT)) return undefined;
  const [namespace = "", name = "", ...rest] = user.slice(SERVICE_ACCOUNT.length).split(":");
  return rest.length === 0 && LABEL.test(namespace) && isSubdomain(name) ? { namespace, name } : undefined;
}

/** Whether this is the account of a pod on the node, by what its token says. */
export function runsOn({ name, extra }: UserInfo, node: string): boolean {
  const nodes = extra?.[NODE_NAME] ?? [];
  return serviceAccountOf(name) !== undefined && nodes.length === 1 && nodes[0] === node;
}

/** Whether a key is of the form `example.com/name`, in lower case. */
export function isPrefixedKey(key: string): boolean {
  const slash = key.indexOf("/");
  const path = key.slice(slash + 1);
  return slash > 0 && isSubdomain(key.slice(0, slash)) && /^[a-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path);
}

function isSubdomain(name: string): boolean {
  return name.length <= SUBDOMAIN_MAX && SUBDOMAIN.test(name);
}
