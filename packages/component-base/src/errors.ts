/**
 * Codes of this package's own operating failures.
 *
 * - `InvalidFeatureGate`: not of the form name=true or name=false.
 * - `UnknownFeatureGate`: there is no gate of this name in this version.
 * - `LockedFeatureGate`: the gate can no longer be changed.
 */
export type ComponentBaseErrorCode = "InvalidFeatureGate" | "UnknownFeatureGate" | "LockedFeatureGate";

/** An operating failure with a code to match on; `cause` tells what lies beneath. */
export class OperatingError extends Error {
  override readonly name = "OperatingError";
  readonly code: string;
  constructor(code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** True for an OperatingError with this code, and for Node's system errors (`ENOENT`, …). */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === code;
}

/** The text of anything thrown, with its causes. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}

/** What was thrown, as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** True if `error` is only the echo of `signal` having aborted. */
export function isAbort(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && (error === signal.reason || (error instanceof Error && error.name === "AbortError"));
}
