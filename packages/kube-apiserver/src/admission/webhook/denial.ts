import { StatusError } from "@skates/apimachinery";
import type { AnswerStatus } from "./admission-review.ts";

/** A webhook's refusal as the client sees it: its own status, with a word on who refuses. */
export function denial(webhook: string, status: AnswerStatus | undefined): StatusError {
  const deniedBy = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const { message = "", reason = "", details, metadata } = status ?? {};
  const why = message === "" ? reason : message;
  // Never a code that would look like success.
  const code = Math.max(status?.code ?? 0, 400);
  return new StatusError(reason, why === "" ? `${deniedBy} without explanation` : `${deniedBy}: ${why}`, {
    code,
    details,
    metadata: metadata === undefined ? undefined : { ...metadata },
  });
}
