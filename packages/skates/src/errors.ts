/**
 * Codes of this package's operating failures. What users see is a `CliError` (`cli/errors.ts`) with an exit code.
 *
 * - `SchedulerFailed`: the thread of the scheduler ended; the server ends with it.
 */
export type SkatesErrorCode = "SchedulerFailed";
