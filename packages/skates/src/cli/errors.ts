/** Exit codes of the command. */
export const EXIT = { done: 0, failed: 1, usage: 2, notRunning: 3 } as const;

/** A failure that is told to the user: the last line names the cause and the remedy. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;
  constructor(exitCode: number, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Wrong use of the command line. */
export function usageError(message: string): CliError {
  return new CliError(EXIT.usage, message);
}

/** `what` went wrong; `remedy` says what to do. */
export function failure(what: string, remedy: string, cause?: unknown): CliError {
  return new CliError(EXIT.failed, `${what}: ${remedy}`, cause === undefined ? undefined : { cause });
}
