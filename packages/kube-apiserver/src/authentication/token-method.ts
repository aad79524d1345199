import { joinedErrors, type UserInfo } from "@skates/apimachinery";
import { hasCode, messageOf } from "@skates/component-base";
import { apiServerError } from "../errors.ts";

/** Whom a token stands for, and for which of the audiences asked. */
export interface TokenUser {
  readonly user: UserInfo;
  readonly audiences: readonly string[];
  /** Seconds since the epoch: the token outlives this only for clients that never read it again. */
  readonly warnAfter?: number | undefined;
}

/** One way in which tokens prove who somebody is. */
export interface TokenMethod {
  /**
   * Undefined: no token of this kind. Throws an OperatingError with a code of `TOKEN_REFUSALS` for one that does not count. Audiences
   * are those that the token may be for; kinds of tokens that know none are for all of them.
   */
  authenticate(token: string, audiences: readonly string[], signal: AbortSignal): Promise<TokenUser | undefined>;
}

/** Codes of failures that mean: whoever sent this token has proved nothing. */
const TOKEN_REFUSALS = ["TokenInvalid", "TokenExpired", "TokenNotYetValid", "TokenUnverified"] as const;

/** Whether a failure is the token's, not the server's. */
export function isTokenRefusal(error: unknown): boolean {
  return TOKEN_REFUSALS.some((code) => hasCode(error, code));
}

/** The first method that knows the token; when none does, but some refused it, their refusals together. */
export function firstOf(methods: readonly TokenMethod[]): TokenMethod {
  return {
    async authenticate(token, audiences, signal) {
      const refusals: string[] = [];
      for (const method of methods) {
        try {
          const found = await method.authenticate(token, audiences, signal);
          if (found !== undefined) return found;
        } catch (error) {
          signal.throwIfAborted();
          if (!isTokenRefusal(error)) throw error;
          refusals.push(messageOf(error));
        }
      }
      if (refusals.length === 0) return undefined;
      throw apiServerError("TokenInvalid", joinedErrors(refusals));
    },
  };
}
