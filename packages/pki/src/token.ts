/** The claims of a JSON Web Token. Times are seconds since the epoch. */
export interface TokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly exp?: number | undefined;
  readonly iat?: number | undefined;
  readonly nbf?: number | undefined;
  readonly jti?: string | undefined;
  /** Private claims, `kubernetes.io` among them. */
  readonly [name: string]: unknown;
}

/** Signs service account tokens. */
export interface TokenSigner {
  /** Named in the header of each token. Made from the public key, the way upstream does. */
  readonly keyId: string;
  sign(claims: TokenClaims): Promise<string>;
}

/** Checks tokens of this cluster. */
export interface TokenVerifier {
  /**
   * The claims, or `undefined` if the token is none of ours: no JWT, another issuer, or an unknown key. Audiences are the caller's to
   * check. Throws an OperatingError: `TokenInvalid` if it pretends to be ours, `TokenExpired` and `TokenNotYetValid` by the clock.
   */
  verify(token: string): Promise<TokenClaims | undefined>;
  /** The public keys as served under `/openid/v1/jwks`. */
  readonly jwks: JsonWebKeySet;
}

export interface JsonWebKeySet {
  readonly keys: readonly Readonly<Record<string, string>>[];
}
