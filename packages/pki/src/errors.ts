/**
 * Codes of this package's operating failures.
 *
 * - `CertificateUnreadable`: a file is no certificate or key, or the two do not belong together.
 * - `CaKeyMissing`: a CA's certificate is there but its key is not, and something has to be signed.
 * - `RequestUnreadable`: no certificate signing request, or its signature is wrong.
 * - `TokenInvalid`, `TokenExpired`, `TokenNotYetValid`: a token of ours that does not count.
 */
export type PkiErrorCode =
  | "CertificateUnreadable"
  | "CaKeyMissing"
  | "RequestUnreadable"
  | "TokenInvalid"
  | "TokenExpired"
  | "TokenNotYetValid";
