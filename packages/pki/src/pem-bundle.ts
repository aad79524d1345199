const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** The certificates of a bundle one by one, in order; what lies between them is left out. */
export function pemCertificates(bundle: string): readonly string[] {
  return (bundle.match(CERTIFICATE) ?? []).map((pem) => `${pem}\n`);
}

const PUBLIC_KEY = /-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----/g;

/** The public keys of a bundle one by one, in order. */
export function pemPublicKeys(bundle: string): readonly string[] {
  return (bundle.match(PUBLIC_KEY) ?? []).map((pem) => `${pem}\n`);
}
