import { type ApiResponse, StatusError } from "@skates/apimachinery";

/** A refusal as a response: its Status as JSON. */
export function statusResponse(error: StatusError): ApiResponse {
  const retry = error.details?.retryAfterSeconds;
  return {
    status: error.code,
    headers: retry === undefined ? {} : { "retry-after": String(retry) },
    body: { kind: "json", value: error.toStatus() },
  };
}

/** The answer to a bug: details stay in the log. */
export function internalErrorResponse(): ApiResponse {
  return statusResponse(
    new StatusError("InternalError", "an error on the server has prevented the request from succeeding"),
  );
}

/** Upstream's refusal of a body over the limit. */
export function bodyTooLarge(limitBytes: number): StatusError {
  return new StatusError("RequestEntityTooLarge", `Request entity too large: limit is ${limitBytes}`);
}
