import { webcrypto } from "node:crypto";
import type { CertificateTemplate, RequestSubject, SigningRequest } from "../pki.ts";
import { x509 } from "./x509.ts";

/** Keys and signatures of this cluster. */
export const EC = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** A new key with a request to sign it. */
export async function createRequest(subject: RequestSubject): Promise<SigningRequest> {
  const lib = await x509();
  const keys = await generateKeys();
  const names = (subject.dnsNames ?? []).map((value) => ({ type: "dns" as const, value }));
  const request = await lib.Pkcs10CertificateRequestGenerator.create({
    name: subjectName(subject),
    keys,
    signingAlgorithm: EC,
    extensions: names.length === 0 ? [] : [new lib.SubjectAlternativeNameExtension(names)],
  });
  return { request: `${request.toString("pem").trimEnd()}\n`, key: await exportKey(keys) };
}

/** The subject of a certificate as the library takes it. */
export function subjectName(
  of: Pick<CertificateTemplate, "commonName" | "organizations">,
): { [name: string]: string[] }[] {
  const organizations = of.organizations ?? [];
  return [...(organizations.length === 0 ? [] : [{ O: [...organizations] }]), { CN: [of.commonName] }];
}

/** A key that nobody else has. */
export function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(EC, true, ["sign", "verify"]);
}

/** The private key in PEM. */
export async function exportKey(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
}
