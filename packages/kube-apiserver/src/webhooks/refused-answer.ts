import { type ApiResponse, StatusError } from "@skates/apimachinery";

/** Of an answer that is text, so much is shown. */
const SHOWN_BYTES_MAX = 2048;

/** Answers of any server by their code, as upstream's client words them. The reasons are those of the API. */
const ANSWERS: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  400: ["BadRequest", "the server rejected our request for an unknown reason"],
  401: ["Unauthorized", "the server has asked for the client to provide credentials"],
  403: ["Forbidden", ""],
  404: ["NotFound", "the server could not find the requested resource"],
  405: ["MethodNotAllowed", "the server does not allow this method on the requested resource"],
  406: ["NotAcceptable", ""],
  409: ["AlreadyExists", "the server reported a conflict"],
  413: ["RequestEntityTooLarge", "the server responded with the status code 413 but did not return more information"],
  415: ["UnsupportedMediaType", ""],
  422: ["Invalid", "the server rejected our request due to an error in our request"],
  429: ["TooManyRequests", "the server has received too many requests and has asked us to try again later"],
  503: ["ServiceUnavailable", "the server is currently unable to handle the request"],
  504: [
    "Timeout",
    "the server was unable to return a response in the time allotted, but may still be processing the request",
  ],
};

/** What upstream makes of an answer that is not 2xx and no Status. Redirects are among them: they are not followed. */
export function refusedAnswer(response: ApiResponse, body: Uint8Array): StatusError {
  const { status } = response;
  const sent = sentText(response, body);
  const known = ANSWERS[status];
  if (known !== undefined) {
    const [reason, message] = known;
    return new StatusError(reason, message === "" ? sent : message, { code: status });
  }
  const message =
    status >= 500
      ? `an error on the server (${JSON.stringify(sent)}) has prevented the request from succeeding`
      : `the server responded with the status code ${status} but did not return more information`;
  return new StatusError(status >= 500 ? "InternalError" : "Unknown", message, { code: status });
}

function sentText({ body }: ApiResponse, bytes: Uint8Array): string {
  const mediaType = body.kind === "bytes" ? body.mediaType : "";
  if (mediaType !== "" && !mediaType.startsWith("text/")) return "unknown";
  return new TextDecoder().decode(bytes.subarray(0, SHOWN_BYTES_MAX)).trim();
}
