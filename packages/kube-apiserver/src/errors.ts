import { OperatingError } from "@skates/component-base";

/**
 * Codes of this package's operating failures. Clients get a Status instead; those about settings end the start.
 *
 * - `AdmissionPluginsInvalid`: flags that name admission plugins that there are not, or contradict each other.
 * - `AddressRefused`, `PortRefused`: an address or node port that was asked for is taken or out of range.
 * - `RangeFull`: no address or node port is left.
 * - `InvalidPolicyFile`: a file of ABAC policies has a line that cannot be read.
 * - `InvalidTokenFile`: a file of static tokens has a line that cannot be read.
 * - `TokenUnverified`: whoever can tell whether a token counts, a webhook or an issuer, cannot be asked.
 * - `WebhookFailed`: a webhook did not answer in time, or with what cannot be read; the message is upstream's.
 * - `TokenInvalid`: a service-account token whose account, pod, secret or node is gone, or for another audience.
 */
export type KubeApiServerErrorCode =
  | "AddressRefused"
  | "AdmissionPluginsInvalid"
  | "InvalidPolicyFile"
  | "InvalidTokenFile"
  | "PortRefused"
  | "RangeFull"
  | "TokenInvalid"
  | "TokenUnverified"
  | "WebhookFailed";

/** Such a failure. */
export function apiServerError(code: KubeApiServerErrorCode, message: string, cause?: unknown): OperatingError {
  return new OperatingError(code, message, cause === undefined ? undefined : { cause });
}
