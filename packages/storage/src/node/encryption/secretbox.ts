import { randomBytes } from "node:crypto";
import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { type Cipher, joined } from "./cipher.ts";

const NONCE_BYTES = 24;
const TAG_BYTES = 16;

/** XSalsa20 and Poly1305, as NaCl's secretbox: nonce, tag, ciphertext. The store's key is not authenticated, as the format has no place for it. */
export function secretbox(key: Uint8Array): Cipher {
  return {
    encrypt(value) {
      const nonce = randomBytes(NONCE_BYTES);
      return joined(nonce, xsalsa20poly1305(key, nonce).encrypt(value));
    },
    decrypt(bytes) {
      if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new Error("the stored data was shorter than the required size");
      return xsalsa20poly1305(key, bytes.subarray(0, NONCE_BYTES)).decrypt(bytes.subarray(NONCE_BYTES));
    },
  };
}
