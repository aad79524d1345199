import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { type Clock, hasCode, OperatingError } from "@skates/component-base";
import type { CertificateAuthority, CertificateTemplate, KeyPair, Pki } from "../pki.ts";
import { readIfPresent, writeWhole } from "./pem-files.ts";
import { canonicalAddress } from "./read-certificate.ts";

export interface EnsureCertificateOptions {
  readonly directory: string;
  /** Without ending: `.crt` and `.key` are added. */
  readonly file: string;
  readonly issuer: KeyPair;
  /** The issuer's, where several certificates are ensured at a time. */
  readonly authority?: CertificateAuthority | undefined;
  readonly template: CertificateTemplate;
  readonly renewBeforeMs: number;
  readonly clock: Clock;
  readonly pki: Pki;
  /** Gets the file's name if it was written. */
  readonly written: string[];
}

/** The certificate on disk if it still says what it should; else a new one with a new key, which is then on disk. */
export async function ensureCertificate(options: EnsureCertificateOptions): Promise<KeyPair> {
  const path = join(options.directory, options.file);
  const [cert, key] = await Promise.all([readIfPresent(`${path}.crt`), readIfPresent(`${path}.key`)]);
  if (cert !== undefined && key !== undefined && fits(options, { cert, key })) return { cert, key };
  if (options.issuer.key === "")
    throw new OperatingError("CaKeyMissing", `${path}.crt must be made or renewed, but its CA's key is not there`);
  const made = await (options.authority ?? options.pki.authority(options.issuer)).issue(options.template);
  // The key first: whoever finds the old certificate beside the new key makes both anew.
  await writeWhole(`${path}.key`, made.key, 0o600);
  await writeWhole(`${path}.crt`, made.cert, 0o600);
  options.written.push(options.file);
  return made;
}

function fits({ issuer, template, pki, clock, renewBeforeMs }: EnsureCertificateOptions, pair: KeyPair): boolean {
  try {
    pki.authority(pair); // throws if key and certificate do not belong together
  } catch (thrown) {
    if (hasCode(thrown, "CertificateUnreadable")) return false;
    throw thrown;
  }
  const info = pki.readCertificate(pair.cert);
  if (!new X509Certificate(pair.cert).verify(new X509Certificate(issuer.cert).publicKey)) return false;
  // A CA that itself ends soon gives no reason to renew again and again.
  const until = Math.min(clock.nowMs() + renewBeforeMs, pki.readCertificate(issuer.cert).notAfterMs - 1);
  return (
    info.notAfterMs > until &&
    info.commonName === template.commonName &&
    sameSet(info.organizations, template.organizations ?? []) &&
    covers(info.dnsNames, template.dnsNames ?? []) &&
    covers(info.ipAddresses, (template.ipAddresses ?? []).map(canonicalAddress))
  );
}

function covers(have: readonly string[], want: readonly string[]): boolean {
  return want.every((value) => have.includes(value));
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return covers(a, b) && covers(b, a);
}
