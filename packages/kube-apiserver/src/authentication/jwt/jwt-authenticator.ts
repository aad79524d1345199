import { type JsonRecord } from "@skates/apimachinery";
import type { Clock } from "@skates/component-base";
import { apiServerError } from "../../errors.ts";
import type { TokenMethod } from "../token-method.ts";
import { untrustedClaims, userOfClaims } from "./claim-mapping.ts";
import type { CompiledJwt } from "./compile.ts";
import type { IssuerKeys } from "./issuer-keys.ts";

export interface JwtAuthenticatorOptions {
  readonly compiled: CompiledJwt;
  readonly keys: IssuerKeys;
  readonly clock: Clock;
}

/** How far clocks may differ for a token that is not valid yet; one that has expired gets no such time. */
const NOT_BEFORE_LEEWAY_SECONDS = 300;

/** Tokens of one issuer by OpenID Connect: signature, times, audience, then the user that its claims make. */
export function jwtAuthenticator({ compiled, keys, clock }: JwtAuthenticatorOptions): TokenMethod {
  const { url = "", audiences: accepted = [] } = compiled.config.issuer ?? {};
  return {
    async authenticate(token, audiences, signal) {
      if (untrustedClaims(token)?.["iss"] !== url) return undefined;
      const claims = await keys.verify(token, signal);
      checkTimes(claims, clock.nowMs() / 1000);
      checkAudience(claims, accepted);
      return { user: userOfClaims(compiled, claims), audiences };
    },
  };
}

function checkTimes({ exp, nbf }: JsonRecord, now: number): void {
  if (typeof exp !== "number") throw apiServerError("TokenInvalid", "oidc: verify token: the token has no expiry");
  if (now > exp) {
    throw apiServerError("TokenInvalid", `oidc: verify token: oidc: token is expired (Token Expiry: ${timeText(exp)})`);
  }
  if (typeof nbf === "number" && now + NOT_BEFORE_LEEWAY_SECONDS < nbf) {
    const message = `oidc: verify token: oidc: current time ${timeText(now)} before the nbf (not before) time: ${timeText(nbf)}`;
    throw apiServerError("TokenInvalid", message);
  }
}

function checkAudience({ aud }: JsonRecord, accepted: readonly string[]): void {
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (accepted.some((audience) => named.includes(audience))) return;
  const message = `oidc: verify token: oidc: expected audience in ${JSON.stringify(accepted)} got ${JSON.stringify(named)}`;
  throw apiServerError("TokenInvalid", message);
}

function timeText(seconds: number): string {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? String(seconds) : time.toISOString();
}
