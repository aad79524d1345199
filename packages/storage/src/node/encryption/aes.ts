import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { type Cipher, joined } from "./cipher.ts";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BLOCK_BYTES = 16;
const SEED_INFO_BYTES = 32;

/**
 * AES-GCM as upstream stores it: nonce, ciphertext, tag. The nonce is drawn at random, so that a key may be used for some 200,000 writes
 * at most, as upstream's documentation says.
 */
export function aesGcm(key: Uint8Array): Cipher {
  const method = gcmOf(key);
  return {
    encrypt(value, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(method, key, nonce, { authTagLength: TAG_BYTES }).setAAD(context);
      return joined(nonce, cipher.update(value), cipher.final(), cipher.getAuthTag());
    },
    decrypt(bytes, context) {
      if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new Error("the stored data was shorter than the required size");
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv(method, key, nonce, { authTagLength: TAG_BYTES }).setAAD(context);
      decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
      return joined(decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES)), decipher.final());
    },
  };
}

/** AES-CBC with PKCS #7 padding: initialization vector, ciphertext. Nothing is authenticated: kept for files that name it. */
export function aesCbc(key: Uint8Array): Cipher {
  const method = `aes-${key.length * 8}-cbc`;
  return {
    encrypt(value) {
      const vector = randomBytes(BLOCK_BYTES);
      const cipher = createCipheriv(method, key, vector);
      return joined(vector, cipher.update(value), cipher.final());
    },
    decrypt(bytes) {
      if (bytes.length < 2 * BLOCK_BYTES) throw new Error("the stored data was shorter than the required size");
      const decipher = createDecipheriv(method, key, bytes.subarray(0, BLOCK_BYTES));
      return joined(decipher.update(bytes.subarray(BLOCK_BYTES)), decipher.final());
    },
  };
}

/** AES-GCM with a key of its own for each value, derived from a seed and 32 random bytes, which come first. No limit of writes. */
export function aesGcmFromSeed(seed: Uint8Array): Cipher {
  // The first block of HKDF's expansion with SHA-256 is all that a key of 32 bytes needs.
  const derived = (info: Uint8Array): Cipher =>
    aesGcm(createHmac("sha256", seed).update(info).update(Uint8Array.of(1)).digest());
  return {
    encrypt(value, context) {
      const info = randomBytes(SEED_INFO_BYTES);
      return joined(info, derived(info).encrypt(value, context));
    },
    decrypt(bytes, context) {
      if (bytes.length < SEED_INFO_BYTES) throw new Error("the stored data was shorter than the required size");
      return derived(bytes.subarray(0, SEED_INFO_BYTES)).decrypt(bytes.subarray(SEED_INFO_BYTES), context);
    },
  };
}

function gcmOf(key: Uint8Array): "aes-128-gcm" | "aes-192-gcm" | "aes-256-gcm" {
  return key.length === 16 ? "aes-128-gcm" : key.length === 24 ? "aes-192-gcm" : "aes-256-gcm";
}
