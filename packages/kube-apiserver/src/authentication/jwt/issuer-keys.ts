import type { JsonRecord } from "@skates/apimachinery";

/** What is needed to find an issuer's keys. */
export interface IssuerAddress {
  readonly issuer: string;
  /** Default: `<issuer>/.well-known/openid-configuration`. */
  readonly discoveryUrl?: string | undefined;
  /** PEM; default: the authorities of the system. */
  readonly ca?: string | undefined;
  /** `RS256` and others; tokens signed otherwise are refused. `none` and those with a shared secret are never among them. */
  readonly algorithms: readonly string[];
}

/** The public keys of an issuer, fetched when they are needed and again when a token names one that is not known. */
export interface IssuerKeys {
  /** The claims of a token. Throws `TokenInvalid` when its signature is wrong, `TokenUnverified` when the keys cannot be had. */
  verify(token: string, signal: AbortSignal): Promise<JsonRecord>;
}

/** Made once for each issuer. */
export type IssuerKeysFactory = (address: IssuerAddress) => IssuerKeys;

/** All that can be checked with a public key. */
export const SIGNING_ALGORITHMS: readonly string[] = [
  "RS256",
  "RS384",
  "RS512",
  "ES256",
  "ES384",
  "ES512",
  "PS256",
  "PS384",
  "PS512",
];
