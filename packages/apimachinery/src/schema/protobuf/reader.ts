import { DecodeError } from "../decode-error.ts";

const utf8 = new TextDecoder();

/** Reads protobuf. Throws DecodeError when the bytes end too early. */
export class ProtobufReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  /** An unsigned number; beyond 2^53 it is not exact: use `integer` where that can be. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
    throw new DecodeError("proto: integer overflow");
  }

  /** A signed 64-bit integer; a bigint when it is not safe as a number. */
  integer(): number | bigint {
    const start = this.at;
    const value = this.varint();
    if (value <= Number.MAX_SAFE_INTEGER) return value;
    let exact = 0n;
    for (let i = this.at - 1; i >= start; i--) exact = (exact << 7n) | BigInt((this.bytes[i] ?? 0) & 0x7f);
    const signed = BigInt.asIntN(64, exact);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  double(): number {
    this.#need(8);
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.at, 8);
    this.at += 8;
    return view.getFloat64(0, true);
  }

  /** A length and that many bytes; not copied. */
  chunk(): Uint8Array {
    const length = this.varint();
    this.#need(length);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  text(): string {
    const chunk = this.chunk();
    // Short ASCII is quicker by hand.
    if (chunk.length > 64) return utf8.decode(chunk);
    let out = "";
    for (const byte of chunk) {
      if (byte >= 0x80) return utf8.decode(chunk);
      out += String.fromCharCode(byte);
    }
    return out;
  }

  /** A reader of the message that comes next. */
  message(): ProtobufReader {
    const length = this.varint();
    this.#need(length);
    const start = this.at;
    this.at += length;
    return new ProtobufReader(this.bytes, start, this.at);
  }

  skip(wireType: number): void {
    if (wireType === 0) this.varint();
    else if (wireType === 1) this.#advance(8);
    else if (wireType === 2) this.#advance(this.varint());
    else if (wireType === 5) this.#advance(4);
    else throw new DecodeError(`proto: illegal wireType ${wireType}`);
  }

  #advance(count: number): void {
    this.#need(count);
    this.at += count;
  }

  #byte(): number {
    const byte = this.at < this.end ? this.bytes[this.at] : undefined;
    if (byte === undefined) throw new DecodeError("unexpected EOF");
    this.at++;
    return byte;
  }

  #need(count: number): void {
    if (this.at + count > this.end) throw new DecodeError("unexpected EOF");
  }
}
