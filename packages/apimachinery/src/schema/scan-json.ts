import { DEPTH_LIMIT } from "./exact-json.ts";

/** What a quick look at JSON bytes tells, without parsing. */
export interface JsonScan {
  /** Colons outside of strings: one for each key. */
  readonly keys: number;
  /** True if a number may not survive `JSON.parse`: 16 digits or more, a fraction or an exponent. */
  readonly exactNumbers: boolean;
  readonly tooDeep: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** One pass over the bytes; about a nanosecond each. */
export function scanJson(bytes: Uint8Array): JsonScan {
  let keys = 0;
  let depth = 0;
  let deepest = 0;
  let digits = 0;
  let exactNumbers = false;
  const end = bytes.length;
  for (let i = 0; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === QUOTE) {
      for (i++; i < end; i++) {
        const inner = bytes[i];
        if (inner === QUOTE) break;
        if (inner === BACKSLASH) i++;
      }
      digits = 0;
    } else if (byte >= 0x30 && byte <= 0x39) {
      if (++digits >= 16) exactNumbers = true;
    } else {
      // `.`, or `e` and `E` after a digit.
      if (byte === 0x2e || (digits > 0 && (byte === 0x65 || byte === 0x45))) exactNumbers = true;
      digits = 0;
      if (byte === 0x3a) keys++;
      else if (byte === 0x7b || byte === 0x5b) {
        if (++depth > deepest) deepest = depth;
      } else if (byte === 0x7d || byte === 0x5d) depth--;
    }
  }
  return { keys, exactNumbers, tooDeep: deepest > DEPTH_LIMIT };
}
