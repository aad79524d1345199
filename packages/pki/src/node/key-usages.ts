/** Bits of X.509's key usage, by the words of a CertificateSigningRequest. */
const BITS: Readonly<Record<string, number>> = {
  signing: 1,
  "digital signature": 1,
  "content commitment": 2,
  "key encipherment": 4,
  "data encipherment": 8,
  "key agreement": 16,
  "cert sign": 32,
  "crl sign": 64,
  "encipher only": 128,
  "decipher only": 256,
};

const PURPOSES = "1.3.6.1.5.5.7.3";

/** Object identifiers of X.509's extended key usages, by the same words. */
const IDENTIFIERS: Readonly<Record<string, string>> = {
  any: "2.5.29.37.0",
  "server auth": `${PURPOSES}.1`,
  "client auth": `${PURPOSES}.2`,
  "code signing": `${PURPOSES}.3`,
  "email protection": `${PURPOSES}.4`,
  "s/mime": `${PURPOSES}.4`,
  "ipsec end system": `${PURPOSES}.5`,
  "ipsec tunnel": `${PURPOSES}.6`,
  "ipsec user": `${PURPOSES}.7`,
  timestamping: `${PURPOSES}.8`,
  "ocsp signing": `${PURPOSES}.9`,
  "microsoft sgc": "1.3.6.1.4.1.311.10.3.3",
  "netscape sgc": "2.16.840.1.113730.4.1",
};

/** The key usages among the words, as bits. */
export function keyUsageFlags(words: readonly string[]): number {
  return words.reduce((flags, word) => flags | (BITS[word] ?? 0), 0);
}

/** The extended key usages among the words, as object identifiers. */
export function extendedUsages(words: readonly string[]): string[] {
  return [...new Set(words.flatMap((word) => IDENTIFIERS[word] ?? []))];
}
