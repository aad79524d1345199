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
  if (typeof value !== "object" || value === null) throw notValid();
  const version = "v" in value ? value.v : "";
  if (version !== VERSION) throw notValid(`server does not recognize this encoded version ${String(version)}`);
  const revision = "rv" in value ? value.rv : 0;
  if (typeof revision !== "number" || !Number.isSafeInteger(revision)) throw notValid("rv is no number");
  if (revision === 0) throw notValid(`incorrect encoded start resourceVersion (version ${VERSION})`);
  const start = "start" in value ? value.start : "";
  if (typeof start !== "string") throw notValid("start is no text");
  if (start === "") throw notValid(`encoded start key empty (version ${VERSION})`);
  // Nobody gets out of the collection: no part may be empty or lead up.
  const key = start.startsWith("/") ? start.slice(1) : start;
  if (key.split("/").some((part) => part === "" || part === "." || part === "..")) throw notValid(start);
  return { revision, start: key };
}

function decode(token: string): unknown {
  try {
    const binary = atob(token.replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0))));
  } catch (cause) {
    throw notValid(cause instanceof Error ? cause.message : String(cause));
  }
}

function notValid(why?: string): StatusError {
  return badRequest(`invalid continue token: continue key is not valid${why === undefined ? "" : `: ${why}`}`);
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
