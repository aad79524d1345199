import type { Cipher } from "./cipher.ts";

/** A method with its keys, known by what its values begin with. */
export interface Provider {
  /** What stored values begin with; the methods see what follows. Empty: values in the clear. */
  readonly prefix: Uint8Array;
  encrypt(value: Uint8Array, context: Uint8Array): Uint8Array;
  /** Throws on what it did not make. */
  decrypt(bytes: Uint8Array, context: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** True for values that it would make anew with another key. */
  isStale(bytes: Uint8Array, context: Uint8Array): boolean;
}

/** One named key of a method: `k8s:enc:<method>:v1:<key>:`. */
export function keyProvider(method: "aescbc" | "aesgcm" | "secretbox", key: string, cipher: Cipher): Provider {
  return {
    prefix: new TextEncoder().encode(`k8s:enc:${method}:v1:${key}:`),
    encrypt: (value, context) => cipher.encrypt(value, context),
    decrypt: (bytes, context) => cipher.decrypt(bytes, context),
    isStale(bytes, context) {
      try {
        cipher.decrypt(bytes, context);
        return false;
      } catch {
        // Another key of the same name made it.
        return true;
      }
    },
  };
}

const ENCRYPTED = new TextEncoder().encode("k8s:enc:");

/** Values in the clear. Encrypted ones are not taken for such. */
export const identityProvider: Provider = {
  prefix: new Uint8Array(0),
  encrypt: (value) => value,
  decrypt(bytes) {
    if (startsWith(bytes, ENCRYPTED)) throw new Error("identity transformer tried to read encrypted data");
    return bytes;
  },
  isStale: (bytes) => startsWith(bytes, ENCRYPTED),
};

export function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  if (bytes.length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[i] !== prefix[i]) return false;
  return true;
}
