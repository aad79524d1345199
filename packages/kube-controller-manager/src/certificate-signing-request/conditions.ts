import type { CertificateSigningRequest } from "@skates/api/certificates/v1";
import { formatTime } from "@skates/apimachinery";

/** Whether a decision of this type stands. */
export function decided({ status }: CertificateSigningRequest, type: "Approved" | "Denied" | "Failed"): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;
}

/** The request with one more decision on it. */
export function withDecision(
  request: CertificateSigningRequest,
  decision: { readonly type: "Approved" | "Failed"; readonly reason: string; readonly message: string },
  nowMs: number,
): CertificateSigningRequest {
  const lastUpdateTime = formatTime(nowMs);
  const condition = { ...decision, status: "True", lastUpdateTime, lastTransitionTime: lastUpdateTime };
  return { ...request, status: { ...request.status, conditions: [...(request.status?.conditions ?? []), condition] } };
}
