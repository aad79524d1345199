/** The real certificates and tokens. A cluster starts with `ensureClusterPki`. */
export { announceAuthorities, forgetEarlier, NEXT_KEY, newTokenKey, promoteAuthorities } from "./rotate.ts";
export {
  type ClusterPki,
  type ClusterPkiOptions,
  ensureClusterPki,
  type NodeIdentity,
  RENEW_BEFORE_MS,
} from "./cluster-pki.ts";
export type { EnsureCertificateOptions } from "./ensure-certificate.ts";
export { detachedSignature, type SharedSecret, signatureFits } from "./detached-jws.ts";
export { type NodePkiOptions, nodePki } from "./node-pki.ts";
export { type TokenVerifierOptions, tokenSigner, tokenVerifier } from "./tokens.ts";
