import type { TokenOptions } from "@skates/kube-apiserver";
import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";
import { durationFrom } from "./duration.ts";

export const SERVICE_ACCOUNT_FLAGS: FlagSpecs = {
  "service-account-issuer": {
    type: "list",
    value: "URL",
    doc: "Issuer of service-account tokens; repeated: the first one issues, tokens of the others still count (default https://kubernetes.default.svc.<domain>).",
  },
  "api-audiences": {
    type: "list",
    value: "NAMES",
    doc: "Audiences of the API: tokens must be for one of them (default: the issuers).",
  },
  "service-account-jwks-uri": {
    type: "string",
    value: "URL",
    doc: "Where the discovery document of the issuer says that the keys are; https only.",
  },
  "service-account-max-token-expiration": {
    type: "string",
    value: "DURATION",
    doc: "The longest that a service-account token may live, from 1h; longer requests are shortened.",
  },
  "service-account-extend-token-expiration": {
    type: "bool",
    doc: "Let tokens in pods live for a year, for clients that read them only once (default false: an hour, renewed by the kubelet).",
  },
  "legacy-service-account-token-clean-up-period": {
    type: "string",
    value: "DURATION",
    doc: "After how long without use a token that an old version made in a Secret is ended, then deleted (default 8760h0m0s).",
  },
};

/** How service-account tokens are made and which count. */
export interface ServiceAccountSettings
  extends Pick<TokenOptions, "audiences" | "extended" | "secondsMax" | "jwksUri"> {
  /** The first one issues. */
  readonly issuers: readonly [string, ...string[]];
}

const HOUR_MS = 3_600_000;
const SECONDS_MAX = 2 ** 32;

/** What the flags say of service-account tokens; `usual` issues unless they name another. Throws a usage error. */
export function serviceAccountsFrom(flags: FlagValues, usual: string): ServiceAccountSettings {
  const [issuer = usual, ...others] = flags.list("service-account-issuer");
  const issuers = [issuer, ...others] as const;
  for (const one of issuers) checkIssuer(one, issuers);
  const audiences = flags.strings("api-audiences");
  const jwksUri = flags.string("service-account-jwks-uri");
  if (jwksUri !== undefined && urlOf(jwksUri)?.protocol !== "https:") {
    throw usageError(`service-account-jwks-uri requires https scheme, parsed as: ${jwksUri}`);
  }
  return {
    issuers,
    audiences: audiences.length === 0 ? issuers : audiences,
    extended: flags.bool("service-account-extend-token-expiration"),
    secondsMax: longestFrom(flags),
    jwksUri,
  };
}

/** After how long without use a legacy token is ended, in ms; undefined: the default. Throws a usage error. */
export function legacyTokenUnusedMs(flags: FlagValues): number | undefined {
  const name = "legacy-service-account-token-clean-up-period";
  const ms = durationFrom(flags, name);
  if (ms === undefined || ms >= 24 * HOUR_MS) return ms;
  throw usageError(`invalid value for flag --${name}: use is noted by the day, so at least 24h`);
}

function checkIssuer(issuer: string, all: readonly string[]): void {
  if (issuer === "") throw usageError("service-account-issuer should not be an empty string");
  if (all.filter((one) => one === issuer).length > 1) throw usageError(`service-account-issuer ${issuer} is repeated`);
  // Anything without a colon is a name; with one it must be an address.
  if (!issuer.includes(":") || urlOf(issuer) !== undefined) return;
  throw usageError(`service-account-issuer ${JSON.stringify(issuer)} contained a ':' but was not a valid URL`);
}

function longestFrom(flags: FlagValues): number | undefined {
  const ms = durationFrom(flags, "service-account-max-token-expiration");
  if (ms === undefined || ms === 0) return undefined;
  if (ms >= HOUR_MS && ms <= SECONDS_MAX * 1000) return Math.floor(ms / 1000);
  throw usageError("the service-account-max-token-expiration must be between 1 hour and 2^32 seconds");
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
