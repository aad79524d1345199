import type { Clock } from "@skates/component-base";
import { firstOf, type TokenMethod } from "../token-method.ts";
import type { CompiledJwt } from "./compile.ts";
import { type IssuerAddress, type IssuerKeys, type IssuerKeysFactory, SIGNING_ALGORITHMS } from "./issuer-keys.ts";
import { jwtAuthenticator } from "./jwt-authenticator.ts";

export interface IssuersOptions {
  readonly keysOf: IssuerKeysFactory;
  readonly clock: Clock;
}

/** Tokens of several issuers, which can be replaced while requests go on; keys of issuers that stay are kept. */
export class Issuers implements TokenMethod {
  readonly #options: IssuersOptions;
  #keys = new Map<string, IssuerKeys>();
  #method: TokenMethod = firstOf([]);

  constructor(options: IssuersOptions) {
    this.#options = options;
  }

  /** From now on these count. `algorithms`: default all that need a public key. */
  replace(authenticators: readonly CompiledJwt[], algorithms: readonly string[] = SIGNING_ALGORITHMS): void {
    const { clock, keysOf } = this.#options;
    const kept = new Map<string, IssuerKeys>();
    const methods = authenticators.map((compiled) => {
      const { url = "", discoveryURL, certificateAuthority } = compiled.config.issuer ?? {};
      const address: IssuerAddress = { issuer: url, discoveryUrl: discoveryURL, ca: certificateAuthority, algorithms };
      const id = JSON.stringify(address);
      const keys = this.#keys.get(id) ?? keysOf(address);
      kept.set(id, keys);
      return jwtAuthenticator({ compiled, keys, clock });
    });
    this.#keys = kept;
    this.#method = firstOf(methods);
  }

  authenticate(...question: Parameters<TokenMethod["authenticate"]>): ReturnType<TokenMethod["authenticate"]> {
    return this.#method.authenticate(...question);
  }
}
