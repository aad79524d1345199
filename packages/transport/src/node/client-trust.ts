import { createHash, X509Certificate } from "node:crypto";
import { pemCertificates } from "@skates/pki";

/** Which authorities count for what, by their ids. */
export interface ClientTrust {
  readonly clients: ReadonlySet<string>;
  readonly frontProxies: ReadonlySet<string>;
  readonly authorities: readonly X509Certificate[];
}

/** Certificates may come with so many that lie between them and an authority; OpenSSL follows no longer chains. */
const CHAIN_MAX = 100;

/** Bundles of PEM certificates as what peers are judged by. Throws when one cannot be read. */
export function clientTrust(clientCas: readonly string[], frontProxyCas: readonly string[]): ClientTrust {
  const read = (bundles: readonly string[]): readonly X509Certificate[] =>
    bundles.flatMap(pemCertificates).map((pem) => new X509Certificate(pem));
  const clients = read(clientCas);
  const frontProxies = read(frontProxyCas);
  return {
    clients: new Set(clients.map(authorityId)),
    frontProxies: new Set(frontProxies.map(authorityId)),
    authorities: [...clients, ...frontProxies],
  };
}

/**
 * The id of the authority at the end of a certificate's chain, which has been verified. Several authorities may have one name: the
 * key decides.
 */
export function verifiedAuthority({ authorities }: ClientTrust, certificate: X509Certificate): string {
  let last = certificate;
  for (let i = 0; i < CHAIN_MAX; i++) {
    const at = last;
    const found = authorities.find((authority) => at.checkIssued(authority) && at.verify(authority.publicKey));
    if (found !== undefined) return authorityId(found);
    const issuer = last.issuerCertificate;
    if (issuer === undefined || issuer.fingerprint256 === last.fingerprint256) break;
    last = issuer;
  }
  return authorityId(last);
}

/** Name and key: an authority whose certificate was renewed is still the same. */
function authorityId(certificate: X509Certificate): string {
  const key = certificate.publicKey.export({ type: "spki", format: "der" });
  return `${createHash("sha256").update(key).digest("base64")} ${certificate.subject}`;
}
