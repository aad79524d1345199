import type { TokenSigner, TokenVerifier } from "@skates/pki";

/** How service-account tokens are made and checked. */
export interface TokenOptions {
  readonly signer: TokenSigner;
  readonly verifier: TokenVerifier;
  /** `https://kubernetes.default.svc.cluster.local`. */
  readonly issuer: string;
  /** Of this API; default: the issuer. */
  readonly audiences?: readonly string[] | undefined;
  /**
   * Whether a token for the volume that admission adds to pods lives for a year, for clients that read it only once. Default false: it
   * ends after an hour, and the kubelet writes a new one before.
   */
  readonly extended?: boolean | undefined;
  /** The longest that a token may live, in seconds; requests for more get this, and a warning. */
  readonly secondsMax?: number | undefined;
  /** Where others fetch the keys that check tokens; default: below the issuer. */
  readonly jwksUri?: string | undefined;
}
