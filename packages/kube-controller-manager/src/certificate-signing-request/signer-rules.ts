import type { SigningRequestInfo } from "@skates/pki";

/** Who signs for the cluster itself. */
export const CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client";
export const KUBELET_CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client-kubelet";
export const KUBELET_SERVING_SIGNER = "kubernetes.io/kubelet-serving";
export const LEGACY_SIGNER = "kubernetes.io/legacy-unknown";

export const NODE_PREFIX = "system:node:";
const NODE_GROUP = "system:nodes";

/** What a signer refuses, in upstream's words; undefined: it signs. */
type SignerRule = (info: SigningRequestInfo, usages: readonly string[]) => string | undefined;

const RULES: Readonly<Record<string, SignerRule>> = {
  [CLIENT_SIGNER]: (_info, usages) => {
    const foreign = usages.find((usage) => !["digital signature", "key encipherment", "client auth"].includes(usage));
    if (foreign !== undefined) return `invalid usage for client certificate: ${foreign}`;
    return usages.includes("client auth") ? undefined : "missing required usage for client certificate: client auth";
  },
  [KUBELET_CLIENT_SIGNER]: (info, usages) =>
    ofNode(info) ??
    (info.dnsNames.length > 0 ? "DNS subjectAltNames are not allowed" : undefined) ??
    withoutMail(info) ??
    (info.ipAddresses.length > 0 ? "IP subjectAltNames are not allowed" : undefined) ??
    withoutUris(info) ??
    named(info) ??
    exactly(usages, "client auth"),
  [KUBELET_SERVING_SIGNER]: (info, usages) =>
    ofNode(info) ??
    (info.dnsNames.length + info.ipAddresses.length === 0 ? "DNS or IP subjectAltName is required" : undefined) ??
    withoutMail(info) ??
    withoutUris(info) ??
    exactly(usages, "server auth") ??
    named(info),
  // Kept by upstream for requests from before signers had names.
  [LEGACY_SIGNER]: () => undefined,
};

/** Whether the cluster's own signers are asked. */
export function isOwnSigner(signerName: string): boolean {
  return Object.hasOwn(RULES, signerName);
}

/** Why a signer of the cluster refuses the request; undefined: it does not. */
export function signerRefusal(
  signerName: string,
  info: SigningRequestInfo,
  usages: readonly string[],
): string | undefined {
  return RULES[signerName]?.(info, usages);
}

function ofNode({ organizations }: SigningRequestInfo): string | undefined {
  const [first, ...others] = organizations;
  return first === NODE_GROUP && others.length === 0 ? undefined : `subject organization is not ${NODE_GROUP}`;
}

function named({ commonName }: SigningRequestInfo): string | undefined {
  return commonName.startsWith(NODE_PREFIX) ? undefined : `subject common name does not begin with ${NODE_PREFIX}`;
}

function withoutMail({ emailAddresses }: SigningRequestInfo): string | undefined {
  return emailAddresses.length > 0 ? "Email subjectAltNames are not allowed" : undefined;
}

function withoutUris({ uris }: SigningRequestInfo): string | undefined {
  return uris.length > 0 ? "URI subjectAltNames are not allowed" : undefined;
}

/** Keys that are no RSA keys need no `key encipherment`. */
function exactly(usages: readonly string[], purpose: string): string | undefined {
  const wanted = ["digital signature", "key encipherment", purpose];
  const given = new Set(usages);
  const fits =
    [...given].every((usage) => wanted.includes(usage)) && given.has("digital signature") && given.has(purpose);
  return fits ? undefined : `usages did not match [${wanted.sort().join(" ")}]`;
}
