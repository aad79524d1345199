/**
 * Certificates and tokens as the cluster needs them: the interfaces `Pki`, `TokenSigner` and `TokenVerifier`, and kubeconfig files.
 * The implementation on libraries and the files of a cluster (`ensureClusterPki`) are in `@skates/pki/node`.
 */
export type { PkiErrorCode } from "./errors.ts";
export { type KubeconfigOptions, renderClusterInfo, renderKubeconfig } from "./kubeconfig.ts";
export { pemCertificates } from "./pem-bundle.ts";
export type {
  CertificateAuthority,
  CertificateInfo,
  CertificateTemplate,
  CertificateUsage,
  KeyPair,
  Pki,
  RequestSubject,
  SigningOptions,
  SigningRequest,
  SigningRequestInfo,
  TokenKey,
} from "./pki.ts";
export type { JsonWebKeySet, TokenClaims, TokenSigner, TokenVerifier } from "./token.ts";
