const utf8 = new TextEncoder();

/**
 * Writes protobuf from the end to the start, so that the length of a message is known when its header is written.
 * What is written last stands first.
 */
export class ProtobufWriter {
  #buffer: Uint8Array;
  #at: number;

  constructor(capacity = 1024) {
    this.#buffer = new Uint8Array(capacity);
    this.#at = capacity;
  }

  /** How many bytes there are. */
  get length(): number {
    return this.#buffer.length - this.#at;
  }

  /** A copy of what was written. */
  bytes(): Uint8Array {
    return this.#buffer.slice(this.#at);
  }

  #reserve(count: number): void {
    if (this.#at >= count) return;
    const used = this.length;
    const next = new Uint8Array(Math.max(this.#buffer.length * 2, used + count));
    next.set(this.#buffer.subarray(this.#at), next.length - used);
    this.#at = next.length - used;
    this.#buffer = next;
  }

  /** An unsigned number below 2^53. */
  varint(value: number): void {
    this.#reserve(8);
    const buffer = this.#buffer;
    if (value < 0x80) {
      buffer[--this.#at] = value;
      return;
    }
    let size = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
    this.#at -= size;
    let rest = value;
    for (let i = 0; i < size; i++) {
      buffer[this.#at + i] = i === size - 1 ? rest : (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
  }

  /** A signed integer; negative ones take ten bytes. */
  integer(value: number | bigint): void {
    if (typeof value === "number" && value >= 0) {
      this.varint(value);
      return;
    }
    this.#reserve(10);
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest >= 0x80n) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.#at -= bytes.length;
    this.#buffer.set(bytes, this.#at);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#at -= 8;
    new DataView(this.#buffer.buffer, this.#at, 8).setFloat64(0, value, true);
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#at -= bytes.length;
    this.#buffer.set(bytes, this.#at);
  }

  /** Text in UTF-8, without its length. */
  text(value: string): void {
    const size = value.length;
    this.#reserve(size);
    const start = this.#at - size;
    const buffer = this.#buffer;
    for (let i = 0; i < size; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) {
        this.raw(utf8.encode(value));
        return;
      }
      buffer[start + i] = code;
    }
    this.#at = start;
  }
}
