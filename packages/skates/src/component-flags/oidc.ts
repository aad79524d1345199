import { readFileSync } from "node:fs";
import { messageOf } from "@skates/component-base";
import { type CompiledJwt, compileJwt, configurationExpressions, SIGNING_ALGORITHMS } from "@skates/kube-apiserver";
import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";

export const OIDC_FLAGS: FlagSpecs = {
  "oidc-issuer-url": { type: "string", value: "URL", doc: "OpenID issuer whose tokens count; https only." },
  "oidc-client-id": { type: "string", value: "ID", doc: "Audience that its tokens must have." },
  "oidc-username-claim": { type: "string", value: "CLAIM", doc: "Claim with the user's name (default sub)." },
  "oidc-username-prefix": {
    type: "string",
    value: "PREFIX",
    doc: "Put before names; - for none (default: the issuer and # unless the claim is email).",
  },
  "oidc-groups-claim": { type: "string", value: "CLAIM", doc: "Claim with the user's groups." },
  "oidc-groups-prefix": { type: "string", value: "PREFIX", doc: "Put before groups." },
  "oidc-required-claim": { type: "list", value: "KEY=VALUE", doc: "Claim that tokens must have; may be repeated." },
  "oidc-signing-algs": { type: "list", value: "ALG,…", doc: "Signature algorithms that are accepted (default RS256)." },
  "oidc-ca-file": { type: "file", value: "FILE", doc: "CAs of the issuer's server (default: the system's)." },
};

/** An issuer by flags, with the algorithms that it may use; undefined: none is given. Throws a usage error. */
export function oidcFrom(
  flags: FlagValues,
): { readonly compiled: CompiledJwt; readonly algorithms: readonly string[] } | undefined {
  const url = flags.string("oidc-issuer-url") ?? "";
  const clientId = flags.string("oidc-client-id") ?? "";
  if (url === "" && clientId === "") return undefined;
  if (url === "" || clientId === "") {
    throw usageError("oidc-issuer-url and oidc-client-id must be specified together when any oidc-* flags are set");
  }
  if (!url.startsWith("https://"))
    throw usageError(`invalid value ${JSON.stringify(url)} for flag --oidc-issuer-url: https://…`);
  const usernameClaim = flags.string("oidc-username-claim") ?? "sub";
  const groupsClaim = flags.string("oidc-groups-claim") ?? "";
  const { compiled } = compileJwt(
    {
      issuer: { url, audiences: [clientId], certificateAuthority: caOf(flags) },
      claimMappings: {
        username: { claim: usernameClaim, prefix: usernamePrefix(flags, url, usernameClaim) },
        ...(groupsClaim === ""
          ? {}
          : { groups: { claim: groupsClaim, prefix: flags.string("oidc-groups-prefix") ?? "" } }),
      },
      claimValidationRules: flags.strings("oidc-required-claim").map(requiredClaim),
    },
    configurationExpressions(),
    ["jwt", 0],
  );
  return { compiled, algorithms: algorithmsOf(flags) };
}

function usernamePrefix(flags: FlagValues, url: string, claim: string): string {
  const given = flags.string("oidc-username-prefix") ?? "";
  if (given === "-") return "";
  if (given !== "") return given;
  return claim === "email" ? "" : `${url}#`;
}

function requiredClaim(text: string): { readonly claim: string; readonly requiredValue: string } {
  const [, claim, requiredValue] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (claim === undefined || requiredValue === undefined) {
    throw usageError(`invalid value ${JSON.stringify(text)} for flag --oidc-required-claim: KEY=VALUE`);
  }
  return { claim, requiredValue };
}

function algorithmsOf(flags: FlagValues): readonly string[] {
  const given = flags.strings("oidc-signing-algs");
  const unknown = given.find((name) => !SIGNING_ALGORITHMS.includes(name));
  if (unknown !== undefined) throw usageError(`oidc: unsupported signing alg: ${JSON.stringify(unknown)}`);
  return given.length === 0 ? ["RS256"] : given;
}

function caOf(flags: FlagValues): string | undefined {
  const file = flags.string("oidc-ca-file") ?? "";
  if (file === "") return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw usageError(`--oidc-ca-file ${file} cannot be used: ${messageOf(error)}`);
  }
}
