import type { TokenSigner, TokenVerifier } from "@skates/pki";

/** How service-account tokens are made and checked. */
export interface TokenOptions {
  readonly signer: TokenSigner;
  readonly verifier: TokenVerifier;
  /** `https://kubernetes.default.svc.cluster.local`. */
  readonly issuer: string;
  /** Of this API; default: the issuer. */
  readonly audiences?: readonly string[] | undefined;
}
