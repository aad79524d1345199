import {
  duplicate,
  equalValues,
  type FieldError,
  forbidden,
  invalid,
  isDns1123Subdomain,
  type Path,
  type RequestInfo,
  required,
} from "@skates/apimachinery";
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

const PATH: Path = ["status", "conditions"];
const DECISIONS: readonly string[] = ["Approved", "Denied"];

/** A request is approved or denied, not both; decisions are not taken back, and made under `approval` only. */
export function csrErrors(
  next: CertificateSigningRequest,
  old: CertificateSigningRequest | undefined,
  request: RequestInfo,
): Findings {
  const types = next.status?.conditions?.map((condition) => condition.type) ?? [];
  const out: FieldError[] = types.flatMap((type, index) =>
    types.indexOf(type) === index ? [] : [duplicate([...PATH, index, "type"], type)],
  );
  if (types.includes("Approved") && types.includes("Denied")) {
    const detail = "Approved and Denied conditions are mutually exclusive";
    out.push(invalid([...PATH, types.indexOf("Denied"), "type"], "Denied", detail));
  }
  if (old === undefined) return out;
  const decided =
    request.subresource === "approval" ? [] : DECISIONS.flatMap((type) => decisionErrors(next, old, type));
  return [...out, ...removalErrors(next, old), ...decided, ...certificateErrors(next, old)];
}

function conditionsOf({ status }: CertificateSigningRequest, type: string) {
  return status?.conditions?.filter((condition) => condition.type === type) ?? [];
}

function removalErrors(next: CertificateSigningRequest, old: CertificateSigningRequest): Findings {
  return [...DECISIONS, "Failed"]
    .filter((type) => conditionsOf(next, type).length < conditionsOf(old, type).length)
    .map((type) => forbidden(PATH, `updates may not remove a condition of type "${type}"`));
}

function decisionErrors(next: CertificateSigningRequest, old: CertificateSigningRequest, type: string): Findings {
  const before = conditionsOf(old, type);
  const after = conditionsOf(next, type);
  if (after.length > before.length) return [forbidden(PATH, `updates may not add a condition of type "${type}"`)];
  if (after.length < before.length || equalValues(after, before)) return [];
  return [forbidden(PATH, `updates may not modify a condition of type "${type}"`)];
}

function certificateErrors(next: CertificateSigningRequest, old: CertificateSigningRequest): Findings {
  const before = old.status?.certificate ?? "";
  if (before === "" || next.status?.certificate === before) return [];
  return [forbidden(["status", "certificate"], "updates may not modify existing certificate content")];
}
