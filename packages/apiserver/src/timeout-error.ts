import { StatusError } from "@skates/apimachinery";

/** What a request is told whose time is up. */
export function timeoutError(): StatusError {
  return new StatusError("Timeout", "Timeout: request did not complete within the allotted timeout", {
    details: { retryAfterSeconds: 0 },
  });
}
