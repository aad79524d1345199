import { OperatingError } from "@skates/component-base";

/**
 * Codes of this package's operating failures. None of them leaves it: clients get a Status.
 *
 * - `AddressRefused`, `PortRefused`: an address or node port that was asked for is taken or out of range.
 * - `RangeFull`: no address or node port is left.
 * - `TokenInvalid`: a service-account token whose account, pod, secret or node is gone, or for another audience.
 */
export type KubeApiServerErrorCode = "AddressRefused" | "PortRefused" | "RangeFull" | "TokenInvalid";

/** Such a failure. */
export function apiServerError(code: KubeApiServerErrorCode, message: string): OperatingError {
  return new OperatingError(code, message);
}
