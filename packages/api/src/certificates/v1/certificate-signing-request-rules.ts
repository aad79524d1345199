import { duplicate, type FieldError, invalid, isDns1123Subdomain, type Path, required } from "@skates/apimachinery";
import type { Findings } from "../../checks.ts";
import type { CertificateSigningRequest, CertificateSigningRequestSpec } from "./certificate-signing-request.ts";

const SECONDS_MIN = 600;
const SIGNER_LENGTH_MAX = 571;

/** A request in PEM, a signer by its full name, and what the key is for. */
export function csrSpecRules(spec: CertificateSigningRequestSpec, _old: unknown, path: Path): Findings {
  const { request, signerName, usages = [], expirationSeconds: seconds } = spec;
  const out: FieldError[] = [];
  if (request !== "" && !atob(request).includes("-----BEGIN CERTIFICATE REQUEST-----")) {
    out.push(invalid([...path, "request"], "<redacted>", "PEM block type must be CERTIFICATE REQUEST"));
  }
  if (usages.length === 0) out.push(required([...path, "usages"], "usages must contain at least one value"));
  for (const [index, usage] of usages.entries()) {
    if (usages.indexOf(usage) !== index) out.push(duplicate([...path, "usages", index], usage));
  }
  if (seconds !== undefined && seconds < SECONDS_MIN) {
    out.push(
      invalid([...path, "expirationSeconds"], seconds, "may not specify a duration less than 600 seconds (10 minutes)"),
    );
  }
  return signerName === "" ? out : [...out, ...signerFindings(signerName, [...path, "signerName"])];
}

function signerFindings(name: string, path: Path): Findings {
  const slash = name.indexOf("/");
  if (slash < 0) {
    return [invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")];
  }
  const domain = name.slice(0, slash);
  const rest = name.slice(slash + 1);
  const out: FieldError[] = isDns1123Subdomain(domain).map((text) =>
    invalid(path, name, `validating label "${domain}": ${text}`),
  );
  if (!domain.includes("."))
    out.push(invalid(path, name, "should be a domain with at least two segments separated by dots"));
  if (rest === "") out.push(invalid(path, name, "validating path segments: must not be empty"));
  if (name.length > SIGNER_LENGTH_MAX)
    out.push({ path, reason: "TooLong", detail: `may not be more than ${SIGNER_LENGTH_MAX} bytes`, value: name });
  return out;
}

/** A request is approved or denied, not both; decisions are not taken back. */
export function csrErrors(next: CertificateSigningRequest, old: CertificateSigningRequest | undefined): Findings {
  const conditions = next.status?.conditions ?? [];
  const path: Path = ["status", "conditions"];
  const types = conditions.map((condition) => condition.type);
  const out: FieldError[] = types.flatMap((type, index) =>
    types.indexOf(type) === index ? [] : [duplicate([...path, index, "type"], type)],
  );
  if (types.includes("Approved") && types.includes("Denied")) {
    out.push(
      invalid(
        [...path, types.indexOf("Denied"), "type"],
        "Denied",
        "Approved and Denied conditions are mutually exclusive",
      ),
    );
  }
  for (const type of ["Approved", "Denied"]) {
    const had = old?.status?.conditions?.some((condition) => condition.type === type) === true;
    if (had && !types.includes(type)) {
      out.push({ path, reason: "Forbidden", detail: `updates may not remove a condition of type "${type}"` });
    }
  }
  return out;
}
