import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { type Clock, OperatingError } from "@skates/component-base";
import type { JsonWebKeySet, TokenClaims, TokenSigner, TokenVerifier } from "../token.ts";

/** Tokens that were checked lately. A signature check costs ten times a look-up. */
const CACHE_TOKENS_MAX = 10_000;

/** How far clocks may differ. */
const SKEW_SECONDS = 10;

/** Signs with an EC P-256 key (ES256) or an RSA key (RS256), given as PEM. */
export async function tokenSigner(privateKey: string): Promise<TokenSigner> {
  const { CompactSign } = await import("jose");
  const key = createPrivateKey(privateKey);
  const keyId = keyIdOf(createPublicKey(key));
  const alg = algorithmOf(key);
  return {
    keyId,
    sign: (claims) =>
      new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader({ alg, kid: keyId }).sign(key),
  };
}

export interface TokenVerifierOptions {
  /** Public keys as PEM: the current one and those of earlier tokens. */
  readonly publicKeys: readonly string[];
  /** Tokens of other issuers are not ours. */
  readonly issuers: readonly string[];
  readonly clock: Clock;
}

/** Verifies tokens signed by one of the keys. Checked signatures are remembered; times are compared at each call. */
export async function tokenVerifier(options: TokenVerifierOptions): Promise<TokenVerifier> {
  const { compactVerify, decodeJwt, decodeProtectedHeader, exportJWK } = await import("jose");
  const keys = options.publicKeys.map((pem) => createPublicKey(pem));
  const byId = new Map(keys.map((key) => [keyIdOf(key), key]));
  const cache = new Map<string, TokenClaims>();

  const candidates = (token: string): readonly KeyObject[] => {
    const { kid } = decodeProtectedHeader(token);
    if (kid === undefined) return keys;
    const key = byId.get(kid);
    return key === undefined ? [] : [key];
  };

  const check = async (token: string): Promise<TokenClaims | undefined> => {
    let claims: TokenClaims | undefined;
    let possible: readonly KeyObject[];
    try {
      claims = asClaims(decodeJwt(token));
      possible = candidates(token);
    } catch {
      return undefined; // no JWT at all
    }
    if (claims === undefined || !options.issuers.includes(claims.iss) || possible.length === 0) return undefined;
    for (const key of possible) {
      const valid = await compactVerify(token, key, { algorithms: [algorithmOf(key)] }).then(
        () => true,
        () => false,
      );
      if (valid) return claims;
    }
    throw new OperatingError("TokenInvalid", "the token's signature is invalid");
  };

  const publicJwk = async (key: KeyObject): Promise<Record<string, string>> => {
    const out: Record<string, string> = { use: "sig", kid: keyIdOf(key), alg: algorithmOf(key) };
    for (const [name, value] of Object.entries(await exportJWK(key))) if (typeof value === "string") out[name] = value;
    return out;
  };

  const jwks: JsonWebKeySet = { keys: await Promise.all(keys.map(publicJwk)) };
  return {
    jwks,
    verify: async (token) => {
      const known = cache.get(token);
      const claims = known ?? (await check(token));
      if (claims === undefined) return undefined;
      if (known === undefined) {
        const [oldest] = cache.keys();
        if (cache.size >= CACHE_TOKENS_MAX && oldest !== undefined) cache.delete(oldest);
        cache.set(token, claims);
      }
      checkTimes(claims, options.clock.nowMs() / 1000);
      return claims;
    },
  };
}

function checkTimes({ exp, nbf }: TokenClaims, now: number): void {
  if (exp !== undefined && now > exp + SKEW_SECONDS)
    throw new OperatingError("TokenExpired", "service account token has expired");
  if (nbf !== undefined && now < nbf - SKEW_SECONDS)
    throw new OperatingError("TokenNotYetValid", "service account token is not valid yet");
}

function asClaims(payload: Readonly<Record<string, unknown>>): TokenClaims | undefined {
  const { iss, sub, aud, exp, nbf, iat, jti } = payload;
  if (typeof iss !== "string" || typeof sub !== "string") return undefined;
  const audiences = aud === undefined ? [] : Array.isArray(aud) ? aud.filter((a) => typeof a === "string") : [aud];
  return Object.freeze({
    ...payload,
    iss,
    sub,
    aud: audiences.filter((a) => typeof a === "string"),
    exp: numeric(exp),
    nbf: numeric(nbf),
    iat: numeric(iat),
    jti: typeof jti === "string" ? jti : undefined,
  });
}

function numeric(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** Upstream's: the SHA-256 of the public key in DER, in base64url without padding. */
function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(der).digest("base64url");
}

function algorithmOf(key: KeyObject): "ES256" | "RS256" {
  return key.asymmetricKeyType === "rsa" ? "RS256" : "ES256";
}
