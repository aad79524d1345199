// Flags of TLS: what they give, and what is refused.
import { expect, it } from "vitest";
import { parseFlags } from "../cli/flags.ts";
import { TLS_FLAGS, tlsPolicyFrom } from "./tls.ts";

const read = (...argv: readonly string[]) => tlsPolicyFrom(parseFlags("up", TLS_FLAGS, argv).flags);
const ECDSA = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";

it("has strong suites of TLS 1.2 by default", () => {
  expect(read()).toEqual({
    minVersion: "TLSv1.2",
    cipherSuites: [
      ECDSA,
      "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
      "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
      "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
      "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
      "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    ],
  });
});

it("takes what is given, with Go's older names and those of TLS 1.3", () => {
  const suites = `TLS_AES_128_GCM_SHA256,${ECDSA},TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305`;
  expect(read("--tls-min-version=VersionTLS13", `--tls-cipher-suites=${suites}`)).toEqual({
    minVersion: "TLSv1.3",
    cipherSuites: [ECDSA, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"],
  });
});

it.each([
  ["--tls-min-version=VersionTLS10", /VersionTLS12 or VersionTLS13/],
  ["--tls-cipher-suites=TLS_RSA_WITH_AES_128_CBC_SHA", /TLS_RSA_WITH_AES_128_CBC_SHA not supported or doesn't exist/],
  ["--tls-cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", /HTTP\/2 needs/],
])("refuses %s", (argument, message) => {
  expect(() => read(argument)).toThrow(message);
});
