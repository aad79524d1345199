/** Why a container could not be started, as its waiting state says. */
export class StartFailure extends Error {
  override readonly name = "StartFailure";
  readonly reason: string;
  /** When trying again makes sense; absent: by the worker's own rhythm. */
  readonly retryAfterMs: number | undefined;
  constructor(
    reason: string,
    message: string,
    options: { readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}
