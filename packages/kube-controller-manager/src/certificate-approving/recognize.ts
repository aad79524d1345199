import type { CertificateSigningRequest } from "@skates/api/certificates/v1";
import type { SigningRequestInfo } from "@skates/pki";
import {
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
  NODE_PREFIX,
  signerRefusal,
} from "../certificate-signing-request/signer-rules.ts";

/** A kind of request that is approved when its sender may make such. */
export interface Recognized {
  /** Of `certificatesigningrequests`: whoever may create it is approved. */
  readonly subresource: "selfnodeclient" | "nodeclient" | "selfnodeserver";
  /** The condition's. */
  readonly message: string;
}

const SELF: Recognized = {
  subresource: "selfnodeclient",
  message: "Auto approving self kubelet client certificate after SubjectAccessReview.",
};
const OTHER: Recognized = {
  subresource: "nodeclient",
  message: "Auto approving kubelet client certificate after SubjectAccessReview.",
};
const SERVER: Recognized = {
  subresource: "selfnodeserver",
  message: "Auto approving kubelet serving certificate for the node's own name after SubjectAccessReview.",
};

/**
 * What the request is, the first that is permitted counts. Upstream approves no serving certificates, since nobody can tell whose an
 * address is. A node's own name is no question, though: the API server verifies kubelets by the node's name, never by their address. So
 * a certificate for that one name, asked for by the node itself, says nothing that its client certificate did not say already; with
 * an address or another name in it a request waits for a person.
 */
export function recognize({ spec }: CertificateSigningRequest, info: SigningRequestInfo): readonly Recognized[] {
  const { signerName, usages = [], username } = spec;
  if (signerRefusal(signerName, info, usages) !== undefined) return [];
  const self = username === info.commonName;
  if (signerName === KUBELET_CLIENT_SIGNER) return self ? [SELF, OTHER] : [OTHER];
  if (signerName !== KUBELET_SERVING_SIGNER || !self) return [];
  const [name, ...others] = info.dnsNames;
  const own = others.length === 0 && info.ipAddresses.length === 0 && NODE_PREFIX + name === info.commonName;
  return own ? [SERVER] : [];
}
