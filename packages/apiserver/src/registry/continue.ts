import { badRequest, type Revision, StatusError } from "@skates/apimachinery";

/** Where a list goes on: at a revision (negative: at whatever is newest), from a key below the collection's prefix. */
export interface ContinueToken {
  readonly revision: Revision;
  readonly start: string;
}

const VERSION = "meta.k8s.io/v1";

/** Upstream's form: JSON in base64 for URLs, without padding. */
export function formatContinue(revision: Revision, start: string): string {
  const json = JSON.stringify({ v: VERSION, rv: revision, start });
  return btoa(String.fromCharCode(...new TextEncoder().encode(json)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** Throws BadRequest for what this function did not make. */
export function parseContinue(token: string): ContinueToken {
  const value = decode(token);
  if (typeof value !== "object" || value === null) throw badRequest("continue key is not valid");
  const version = "v" in value ? value.v : undefined;
  if (version !== VERSION) {
    throw badRequest(`continue key is not valid: server does not recognize this encoded version ${String(version)}`);
  }
  const revision = "rv" in value ? value.rv : undefined;
  if (typeof revision !== "number" || !Number.isSafeInteger(revision) || revision === 0) {
    throw badRequest("continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  }
  const start = "start" in value ? value.start : undefined;
  if (typeof start !== "string" || start === "") {
    throw badRequest("continue key is not valid: encoded start key empty (version meta.k8s.io/v1)");
  }
  const parts = start.split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..")) {
    throw badRequest(`continue key is not valid: ${start}`);
  }
  return { revision, start };
}

function decode(token: string): unknown {
  try {
    const binary = atob(token.replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0))));
  } catch (cause) {
    throw badRequest(`continue key is not valid: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** The revision of a token is gone; with the token inside, a client can go on at the newest state. */
export function expiredContinue(start: string): StatusError {
  const message =
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without " +
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. " +
    "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or " +
    "deleted between the time the first chunk was returned and now may show up in the list.";
  return new StatusError("Expired", message, { metadata: { continue: formatContinue(-1, start) } });
}
