import { type Column, type FieldText, humanDuration } from "@skates/apimachinery";
import { ageColumn, column, nameColumn } from "../../table.ts";
import type { CertificateSigningRequest } from "./certificate-signing-request.ts";

/** The table of `kubectl get certificatesigningrequests`. */
export const certificateSigningRequestColumns: readonly Column<CertificateSigningRequest>[] = [
  nameColumn,
  ageColumn,
  column("SignerName", "Who is asked to sign.", (csr) => csr.spec.signerName || "<none>"),
  column("Requestor", "Who asks.", (csr) => csr.spec.username ?? ""),
  column("RequestedDuration", "How long the certificate is to last.", ({ spec }) =>
    spec.expirationSeconds === undefined ? "<none>" : humanDuration(spec.expirationSeconds * 1000),
  ),
  column("Condition", "What was decided.", conditionText),
];

function conditionText({ status }: CertificateSigningRequest): string {
  const has = (type: string): boolean => status?.conditions?.some((condition) => condition.type === type) === true;
  const decision = has("Denied") ? "Denied" : has("Approved") ? "Approved" : "Pending";
  return `${decision}${has("Failed") ? ",Failed" : ""}${(status?.certificate ?? "") === "" ? "" : ",Issued"}`;
}

/** Field selectors of certificate signing requests. */
export const certificateSigningRequestFields: Readonly<Record<string, FieldText<CertificateSigningRequest>>> = {
  "spec.signerName": (csr) => csr.spec.signerName,
};
