import { violation } from "./frames.ts";

/** Headers of a stream: names in lower case. A value that occurs several times is joined by a zero byte. */
export type SpdyHeaders = Readonly<Record<string, string>>;

/** Undoes the compression of header blocks; one for each connection, which feeds it the blocks in the order in which they came. */
export interface HeaderInflater {
  inflate(block: Uint8Array): Promise<Uint8Array>;
}

const HEADERS_MAX = 100;
/** A stored block of deflate has a length of 16 bits. */
const STORED_BYTES_MAX = 0xffff;

/**
 * Writes header blocks as a zlib stream of stored blocks, flushed: what is sent are a few short headers per stream, for which
 * compression saves nothing, and every zlib reader takes it.
 */
export class HeaderBlockWriter {
  #first = true;

  write(headers: SpdyHeaders): Uint8Array {
    const plain = nameValueBlock(headers);
    const out: number[] = this.#first ? [0x78, 0x01] : []; // zlib: deflate, 32 KB window, no dictionary
    this.#first = false;
    for (let at = 0; at < plain.length; at += STORED_BYTES_MAX) {
      const part = plain.subarray(at, at + STORED_BYTES_MAX);
      const { length } = part;
      out.push(0, length & 0xff, length >> 8, ~length & 0xff, (~length >> 8) & 0xff, ...part);
    }
    out.push(0, 0, 0, 0xff, 0xff); // an empty block: Go hands out what came before only when it sees one
    return Uint8Array.from(out);
  }
}

function nameValueBlock(headers: SpdyHeaders): Uint8Array {
  const entries = Object.entries(headers);
  const out: number[] = [];
  const number = (value: number): void =>
    void out.push(value >>> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff);
  const text = (value: string): void => {
    const bytes = new TextEncoder().encode(value);
    number(bytes.length);
    out.push(...bytes);
  };
  number(entries.length);
  for (const [name, value] of entries) {
    text(name.toLowerCase());
    text(value);
  }
  return Uint8Array.from(out);
}

/** Reads an inflated header block. Throws `ProtocolViolation`. */
export function parseHeaderBlock(block: Uint8Array): SpdyHeaders {
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  let at = 0;
  const number = (): number => {
    if (at + 4 > block.length) throw violation("a header block that is too short");
    at += 4;
    return view.getUint32(at - 4);
  };
  const text = (): string => {
    const length = number();
    if (length > block.length - at) throw violation("a header longer than its block");
    at += length;
    return new TextDecoder().decode(block.subarray(at - length, at));
  };
  const count = number();
  if (count > HEADERS_MAX) throw violation(`${count} headers`);
  const out: Record<string, string> = Object.create(null);
  for (let i = 0; i < count; i++) {
    const name = text().toLowerCase();
    if (name in out) throw violation(`the header ${JSON.stringify(name)} twice`);
    out[name] = text();
  }
  return out;
}
