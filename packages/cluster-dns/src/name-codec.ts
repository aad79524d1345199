import type { Name } from "./name.ts";

/** A name has at most 255 bytes and a label 63 (RFC 1035); a compressed one at most so many jumps. */
const NAME_BYTES_MAX = 255;
const JUMPS_MAX = 32;

/** Reads a name at `start`; `end` is where the next field begins. Undefined if it is broken. */
export function readName(
  packet: Uint8Array,
  start: number,
): { readonly name: string; readonly end: number } | undefined {
  const labels: string[] = [];
  let at = start;
  let end: number | undefined;
  let bytes = 0;
  for (let jumps = 0; jumps <= JUMPS_MAX; ) {
    const length = packet[at];
    if (length === undefined) return undefined;
    if (length === 0) return { name: labels.join("."), end: end ?? at + 1 };
    if ((length & 0xc0) === 0xc0) {
      const low = packet[at + 1];
      if (low === undefined) return undefined;
      end ??= at + 2;
      at = ((length & 0x3f) << 8) | low;
      jumps += 1;
      continue;
    }
    if (length > 63 || at + 1 + length > packet.length) return undefined;
    bytes += length + 1;
    if (bytes > NAME_BYTES_MAX) return undefined;
    labels.push(String.fromCharCode(...packet.subarray(at + 1, at + 1 + length)));
    at += length + 1;
  }
  return undefined;
}

/** Builds a message; names that stood before are written as a reference to their first place. */
export interface NameWriter {
  uint8(value: number): void;
  uint16(value: number): void;
  uint32(value: number): void;
  name(name: Name): void;
  plainName(name: Name): void;
  /** A length byte and the text, at most 255 bytes. */
  text(text: string): void;
  /** What `body` writes, after its length in two bytes. */
  sized(body: () => void): void;
  bytes(): Uint8Array;
}

export function nameWriter(): NameWriter {
  const out: number[] = [];
  const places = new Map<string, number>();

  function label(text: string): void {
    out.push(text.length);
    for (let i = 0; i < text.length; i++) out.push(text.charCodeAt(i) & 0xff);
  }

  const writer: NameWriter = {
    uint8: (value) => void out.push(value & 0xff),
    uint16: (value) => void out.push((value >> 8) & 0xff, value & 0xff),
    uint32: (value) => void out.push((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff),
    name(name) {
      const labels = name === "" ? [] : name.split(".");
      for (let i = 0; i < labels.length; i++) {
        const rest = labels.slice(i).join(".").toLowerCase();
        const place = places.get(rest);
        if (place !== undefined) return writer.uint16(0xc000 | place);
        if (out.length < 0x4000) places.set(rest, out.length);
        label(labels[i] ?? "");
      }
      out.push(0);
    },
    plainName(name) {
      for (const part of name === "" ? [] : name.split(".")) label(part);
      out.push(0);
    },
    text: (text) => label(text.slice(0, 255)),
    sized(body) {
      const at = out.length;
      out.push(0, 0);
      body();
      const length = out.length - at - 2;
      out[at] = (length >> 8) & 0xff;
      out[at + 1] = length & 0xff;
    },
    bytes: () => Uint8Array.from(out),
  };
  return writer;
}
