/** Types of certificates.k8s.io/v1. */
export {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
  CertificateSigningRequestSpec,
  CertificateSigningRequestStatus,
  certificateSigningRequests,
} from "./certificate-signing-request.ts";
