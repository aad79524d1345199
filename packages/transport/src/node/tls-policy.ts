/** Which versions and ciphers of TLS a server speaks. */
export interface TlsPolicy {
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  /** Suites of TLS 1.2, by their names in `CIPHER_SUITES`, best first. Those of TLS 1.3 are all strong and not chosen. */
  readonly cipherSuites: readonly string[];
}

/** Suites of TLS 1.2 that can be chosen: registered names, and OpenSSL's. The last four only for clients that know nothing better. */
export const CIPHER_SUITES: ReadonlyMap<string, string> = new Map([
  ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"],
  ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
  ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"],
  ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
  ["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"],
  ["TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"],
  ["TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"],
  ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"],
  ["TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"],
  ["TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"],
]);

/** Suites that encrypt and authenticate at once. */
export const STRONG_TLS: TlsPolicy = {
  minVersion: "TLSv1.2",
  cipherSuites: [...CIPHER_SUITES.keys()].filter((name) => !name.includes("_CBC_")),
};

/** Node.js takes both versions' suites in one list, and leaves TLS 1.3 out when it names none of its own. */
const TLS_1_3 = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

/** The policy as OpenSSL writes it. */
export function opensslCiphers({ cipherSuites }: TlsPolicy): string {
  const known = cipherSuites.map((name) => CIPHER_SUITES.get(name));
  return [...TLS_1_3, ...known.filter((name) => name !== undefined)].join(":");
}
