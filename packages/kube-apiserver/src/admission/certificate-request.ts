import { type CertificateSigningRequest, certificateSigningRequests } from "@skates/api/certificates/v1";
import type { ApiObject } from "@skates/apimachinery";

/** The object if it is a request for a certificate, whichever subresource it came by. */
export function requestOf(object: ApiObject | undefined): CertificateSigningRequest | undefined {
  return isRequest(object) ? object : undefined;
}

function isRequest(object: ApiObject | undefined): object is CertificateSigningRequest {
  return object?.kind === certificateSigningRequests.kind;
}
