import type { Entry } from "../../revision-store.ts";
import type { KeyValue } from "./messages.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A key's bytes. */
export function keyBytes(key: string): Uint8Array {
  return encoder.encode(key);
}

/** A key's text. Keys that are no UTF-8 are none of ours. */
export function keyText(key: Uint8Array): string {
  return decoder.decode(key);
}

/** As etcd writes "to the last key", and, as a start, "from the first". */
export const OPEN_END = Uint8Array.of(0);

/** The first key behind all that start with `prefix`. */
export function prefixEnd(prefix: Uint8Array): Uint8Array {
  for (let i = prefix.length - 1; i >= 0; i--) {
    const byte = prefix[i] ?? 0xff;
    if (byte === 0xff) continue;
    const end = prefix.slice(0, i + 1);
    end[i] = byte + 1;
    return end;
  }
  return OPEN_END;
}

/** An entry as callers see it. */
export function toEntry({ key, value, modified, created }: KeyValue): Entry {
  return { key: keyText(key), value, modified, created };
}
