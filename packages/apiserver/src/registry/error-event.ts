import type { Encoded, EncodedEvent, StatusError } from "@skates/apimachinery";

/** The event that tells a watcher what went wrong. */
export function errorEvent(error: StatusError): EncodedEvent {
  const status: unknown = error.toStatus();
  const bytes = new TextEncoder().encode(JSON.stringify(status));
  const object: Encoded = { object: untyped(status), revision: 0, bytes: () => bytes };
  return { type: "ERROR", object };
}

/** A Status stands in the place of an object in ERROR events. */
function untyped(value: unknown): Encoded["object"] {
  return value as Encoded["object"];
}
