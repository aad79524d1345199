/**
 * Codes of this package's own operating failures; refusals of requests are StatusErrors.
 *
 * - `InvalidConfiguration`: a configuration file is malformed, of another kind, or breaks a rule; the message names each finding.
 */
export type ApimachineryErrorCode = "InvalidConfiguration";
