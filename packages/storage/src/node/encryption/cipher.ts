/** A way to encrypt values with one key. Throws on anything that it did not make, or made for other authenticated data. */
export interface Cipher {
  /** `context` is the store's key: authenticated where the method can. */
  encrypt(value: Uint8Array, context: Uint8Array): Uint8Array;
  decrypt(bytes: Uint8Array, context: Uint8Array): Uint8Array;
}

/** Joins byte arrays. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
