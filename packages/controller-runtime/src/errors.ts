/**
 * Codes of this package's operating failures.
 *
 * - `LeadershipLost`: the reason of the signal of who leads, when the lease could not be renewed in time.
 */
export type ControllerRuntimeErrorCode = "LeadershipLost";
