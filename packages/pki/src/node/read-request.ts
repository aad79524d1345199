import { OperatingError } from "@skates/component-base";
import type { SigningRequestInfo } from "../pki.ts";
import { canonicalAddress } from "./read-certificate.ts";
import { x509 } from "./x509.ts";

/** Reads a PKCS #10 request in PEM and checks that its sender has the key. Throws `RequestUnreadable`. */
export async function readRequest(request: string): Promise<SigningRequestInfo> {
  const lib = await x509();
  try {
    const parsed = new lib.Pkcs10CertificateRequest(request);
    if (!(await parsed.verify())) throw new Error("the signature is wrong");
    const names = parsed.extensions
      .filter((extension) => extension instanceof lib.SubjectAlternativeNameExtension)
      .flatMap((extension) => extension.names.items);
    const ofType = (type: string): readonly string[] =>
      names.filter((name) => name.type === type).map((name) => name.value);
    return {
      commonName: parsed.subjectName.getField("CN").at(-1) ?? "",
      organizations: parsed.subjectName.getField("O"),
      dnsNames: ofType("dns"),
      ipAddresses: ofType("ip").map(canonicalAddress),
      emailAddresses: ofType("email"),
      uris: ofType("url"),
    };
  } catch (thrown) {
    throw new OperatingError("RequestUnreadable", "not a certificate signing request with a valid signature", {
      cause: thrown,
    });
  }
}
