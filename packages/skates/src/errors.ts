/**
 * Codes of this package's operating failures. What users see is a `CliError` (`cli/errors.ts`) with an exit code.
 *
 * - `SchedulerFailed`: the thread of the scheduler ended; the server ends with it.
 * - `CertificateRefused`: a node asked for a certificate and does not get it.
 */
export type SkatesErrorCode = "SchedulerFailed" | "CertificateRefused";
