import { OperatingError } from "@skates/component-base";

/**
 * Codes of this package's operating failures. Clients get a Status instead; those about settings end the start.
 *
 * - `AdmissionPluginsInvalid`: flags that name admission plugins that there are not, or contradict each other.
 * - `AddressRefused`, `PortRefused`: an address or node port that was asked for is taken or out of range.
 * - `RangeFull`: no address or node port is left.
 * - `TokenInvalid`: a service-account token whose account, pod, secret or node is gone, or for another audience.
 */
export type KubeApiServerErrorCode =
  | "AddressRefused"
  | "AdmissionPluginsInvalid"
  | "PortRefused"
  | "RangeFull"
  | "TokenInvalid";

/** Such a failure. */
export function apiServerError(code: KubeApiServerErrorCode, message: string): OperatingError {
  return new OperatingError(code, message);
}
