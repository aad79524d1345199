import { createHmac, timingSafeEqual } from "node:crypto";

/** The two parts of a bootstrap token. */
export interface SharedSecret {
  readonly id: string;
  readonly secret: string;
}

/**
 * A JSON Web Signature (RFC 7515, HS256) of a text that is kept elsewhere: `header..signature`. Who knows the secret can tell that the
 * text comes from somebody else who does.
 */
export function detachedSignature(text: string, { id, secret }: SharedSecret): string {
  const header = encoded(`{"alg":"HS256","kid":${JSON.stringify(id)}}`);
  return `${header}..${mac(header, text, secret)}`;
}

/** Whether the signature is of this text and made with this secret; the header may be written in another order of its fields. */
export function signatureFits(signature: string, text: string, { id, secret }: SharedSecret): boolean {
  const [header = "", payload, signed = "", ...more] = signature.split(".");
  if (payload !== "" || more.length > 0 || !names(header, id)) return false;
  const wanted = Buffer.from(mac(header, text, secret));
  const given = Buffer.from(signed);
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

/** The algorithm is ours to choose, not the sender's. */
function names(header: string, id: string): boolean {
  try {
    const read: unknown = JSON.parse(Buffer.from(header, "base64url").toString("utf8"));
    if (typeof read !== "object" || read === null || !("alg" in read) || !("kid" in read)) return false;
    return read.alg === "HS256" && read.kid === id;
  } catch {
    return false; // no JSON
  }
}

function mac(header: string, text: string, secret: string): string {
  return createHmac("sha256", secret)
    .update(`${header}.${encoded(text)}`)
    .digest("base64url");
}

function encoded(text: string): string {
  return Buffer.from(text).toString("base64url");
}
