import { messageOf, OperatingError } from "@skates/component-base";

/** Failures before anything of the request was sent. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "ETIMEDOUT",
  "ENOENT",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_SIGNATURE_FAILURE",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** What a failed request throws: `signal.reason` if the caller gave up, else an OperatingError that says what is known of the request. */
export function clientError(thrown: unknown, origin: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const code = codeOf(thrown);
  if (code === "UND_ERR_HEADERS_TIMEOUT")
    return new OperatingError("ResponseTimeout", `${origin} did not answer in time`, { cause: thrown });
  const connected = !NOT_CONNECTED.has(code) && !code.startsWith("ERR_SSL_");
  return connected
    ? new OperatingError("ConnectionLost", `the connection to ${origin} broke`, { cause: thrown })
    : new OperatingError("ConnectFailed", `cannot connect to ${origin}`, { cause: flattened(thrown) });
}

/** Connecting to several addresses fails with an AggregateError without a text of its own. */
function flattened(thrown: unknown): unknown {
  if (!(thrown instanceof AggregateError)) return thrown;
  return new Error(thrown.errors.map(messageOf).join("; "), { cause: undefined });
}

function codeOf(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return "";
  return typeof thrown.code === "string" ? thrown.code : "";
}
