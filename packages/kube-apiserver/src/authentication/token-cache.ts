import { AnswerCache, type Clock } from "@skates/component-base";
import { isTokenRefusal, type TokenMethod, type TokenUser } from "./token-method.ts";

export interface TokenCacheOptions {
  readonly clock: Clock;
  /** How long a user who was found is remembered; 0: not at all. */
  readonly successMs: number;
  /** How long it is remembered that a token is of nobody. Refusals and failures are not remembered. */
  readonly failureMs: number;
  /** Most answers that are kept; the oldest goes. Default 32,768. */
  readonly entriesMax?: number | undefined;
}

const ENTRIES_MAX = 32_768;

/** Remembers the answers of a method that is slow to ask; equal questions at one time are asked once. */
export function cachedTokens(method: TokenMethod, options: TokenCacheOptions): TokenMethod {
  const { clock, successMs, failureMs, entriesMax = ENTRIES_MAX } = options;
  const known = new AnswerCache<TokenUser | undefined>({ clock, entriesMax });
  const asking = new Map<string, Promise<TokenUser | undefined>>();

  const ask = async (key: string, question: () => Promise<TokenUser | undefined>): Promise<TokenUser | undefined> => {
    try {
      const found = await question();
      known.keep(key, found, found === undefined ? failureMs : successMs);
      return found;
    } finally {
      asking.delete(key);
    }
  };
  return {
    async authenticate(token, audiences, signal) {
      const key = JSON.stringify([token, audiences]);
      const before = known.find(key);
      if (before !== undefined) return before.answer;
      const shared = asking.get(key);
      if (shared !== undefined) {
        try {
          return await shared;
        } catch (error) {
          signal.throwIfAborted();
          if (isTokenRefusal(error)) throw error;
          // Whoever asked first may have gone: no answer for others.
          return await method.authenticate(token, audiences, signal);
        }
      }
      const own = ask(key, () => method.authenticate(token, audiences, signal));
      asking.set(key, own);
      return await own;
    },
  };
}
