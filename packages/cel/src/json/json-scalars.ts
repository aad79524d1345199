import { base64Decode } from "@skates/apimachinery";
import { CelError } from "../cel-error.ts";
import type { CelBytes, CelTimestamp } from "../value.ts";
import { bytes } from "../values/scalars.ts";
import { parseDate, parseTimestamp } from "../values/time.ts";

/** RFC 3339 text. Throws CelError. */
export function toTimestampOfJson(text: string): CelTimestamp {
  const value = parseTimestamp(text);
  if (value === undefined) throw new CelError(`Invalid date-time formatted string ${text}`);
  return value;
}

/** A date as its first moment in UTC. Throws CelError. */
export function toDateOfJson(text: string): CelTimestamp {
  const value = parseDate(text);
  if (value === undefined) throw new CelError(`Invalid date formatted string ${text}`);
  return value;
}

/** Base64 text. Throws CelError. */
export function toBytesOfBase64(text: string): CelBytes {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    throw new CelError(`Invalid byte formatted string ${text}`);
  return bytes(base64Decode(text));
}
