import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { OperatingError } from "@skates/component-base";
import type { CertificateInfo } from "../pki.ts";

/** Reads a certificate without loading any library. Throws `CertificateUnreadable`. */
export function readCertificate(cert: string): CertificateInfo {
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(cert);
  } catch (thrown) {
    throw new OperatingError("CertificateUnreadable", "not a certificate in PEM", { cause: thrown });
  }
  const { subject } = parsed.toLegacyObject();
  const names = alternativeNames(parsed.subjectAltName ?? "");
  return {
    commonName: values(subject.CN).at(-1) ?? "", // of several the last counts, as in Go,
    organizations: values(subject.O),
    dnsNames: names.filter((name) => name.startsWith("DNS:")).map((name) => name.slice(4)),
    ipAddresses: names
      .filter((name) => name.startsWith("IP Address:"))
      .map((name) => canonicalAddress(name.slice("IP Address:".length))),
    notBeforeMs: Date.parse(parsed.validFrom),
    notAfterMs: Date.parse(parsed.validTo),
    ca: parsed.ca,
  };
}

/** `fd00:0:0:0:0:0:0:1` and `FD00::1` are `fd00::1`. What is no address is returned as it is. */
export function canonicalAddress(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

/** `DNS:a, IP Address:10.0.0.1`; a name with special characters is quoted, and none of ours has any. */
function alternativeNames(text: string): readonly string[] {
  return text === "" ? [] : text.split(", ");
}

function values(attribute: string | readonly string[] | undefined): readonly string[] {
  if (attribute === undefined) return [];
  return typeof attribute === "string" ? [attribute] : attribute;
}
