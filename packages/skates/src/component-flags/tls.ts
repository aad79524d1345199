import { CIPHER_SUITES, STRONG_TLS, type TlsPolicy } from "@skates/transport/node";
import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";

export const TLS_FLAGS: FlagSpecs = {
  "tls-min-version": {
    type: "string",
    value: "NAME",
    doc: "Lowest version of TLS on the API's and the kubelet's port: VersionTLS12 (default) or VersionTLS13.",
  },
  "tls-cipher-suites": {
    type: "list",
    value: "NAMES",
    doc: "Cipher suites of TLS 1.2 on both ports (default: the six of ECDHE with AES-GCM or ChaCha20-Poly1305).",
  },
};

const SAME_IN_GO: Readonly<Record<string, string>> = {
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
};
/** HTTP/2 asks for one of them. */
const REQUIRED = ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"];

/** What the servers of a cluster speak. Throws a usage error. */
export function tlsPolicyFrom(flags: FlagValues): TlsPolicy {
  return { minVersion: minVersionFrom(flags), cipherSuites: cipherSuitesFrom(flags) };
}

function minVersionFrom(flags: FlagValues): TlsPolicy["minVersion"] {
  const name = flags.string("tls-min-version") ?? "VersionTLS12";
  if (name === "VersionTLS12") return "TLSv1.2";
  if (name === "VersionTLS13") return "TLSv1.3";
  throw usageError(`invalid value ${JSON.stringify(name)} for flag --tls-min-version: VersionTLS12 or VersionTLS13`);
}

function cipherSuitesFrom(flags: FlagValues): readonly string[] {
  // Suites of TLS 1.3 are always offered: hardening guides list them with the others.
  const given = flags.strings("tls-cipher-suites").filter((name) => !/^TLS_(AES|CHACHA20)_/.test(name));
  if (given.length === 0) return STRONG_TLS.cipherSuites;
  const named = given.map((name) => SAME_IN_GO[name] ?? name);
  const unknown = named.find((name) => !CIPHER_SUITES.has(name));
  if (unknown !== undefined) {
    throw usageError(`Cipher suite ${unknown} not supported or doesn't exist: ${[...CIPHER_SUITES.keys()].join(", ")}`);
  }
  if (!REQUIRED.some((name) => named.includes(name))) {
    throw usageError(`--tls-cipher-suites: HTTP/2 needs ${REQUIRED.join(" or ")}`);
  }
  return named;
}
