const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What a field of a message is made from; zero, "" and absent values are left out, as proto3 does. */
export type FieldValue = number | bigint | boolean | string | Uint8Array | readonly Uint8Array[] | undefined;

/** The bytes of a message: its fields by number, in the order given. A list of byte arrays is a repeated field. */
export function encodeMessage(fields: readonly (readonly [number, FieldValue])[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const add = (part: Uint8Array): void => {
    parts.push(part);
    length += part.length;
  };
  const addBytes = (field: number, bytes: Uint8Array): void => {
    add(varint(field * 8 + LENGTH_DELIMITED));
    add(varint(bytes.length));
    add(bytes);
  };
  for (const [field, value] of fields) {
    if (value === undefined || value === 0 || value === 0n || value === false || value === "") continue;
    if (typeof value === "string") addBytes(field, encoder.encode(value));
    else if (value instanceof Uint8Array) addBytes(field, value);
    else if (typeof value === "object") for (const item of value) addBytes(field, item);
    else {
      add(varint(field * 8));
      add(varint(typeof value === "boolean" ? 1 : value));
    }
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const LENGTH_DELIMITED = 2;

/** Unsigned; a negative bigint is written as its 64 bits. */
function varint(value: number | bigint): Uint8Array {
  if (typeof value === "number" && value < 0x80) return Uint8Array.of(value);
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/**
 * Walks over the fields of a message. Byte arrays are views of the message. After `next`, exactly one of the reading functions
 * must be called.
 */
export class MessageReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #wire = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The number of the next field; 0 at the end. */
  next(): number {
    if (this.#at >= this.#bytes.length) return 0;
    const tag = Number(this.#varint());
    this.#wire = tag % 8;
    return Math.floor(tag / 8);
  }

  /** An integer that fits a number exactly: revisions, counts. */
  number(): number {
    const value = Number(this.big());
    if (!Number.isSafeInteger(value)) throw new Error("an integer of a protobuf message does not fit");
    return value;
  }

  /** Any 64-bit integer, signed. */
  big(): bigint {
    this.#expect(0);
    return BigInt.asIntN(64, this.#varint());
  }

  bool(): boolean {
    return this.big() !== 0n;
  }

  bytes(): Uint8Array {
    this.#expect(LENGTH_DELIMITED);
    const length = Number(this.#varint());
    const end = this.#at + length;
    if (end > this.#bytes.length) throw cutShort();
    const out = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return out;
  }

  text(): string {
    return decoder.decode(this.bytes());
  }

  skip(): void {
    if (this.#wire === 0) this.#varint();
    else if (this.#wire === 1) this.#at += 8;
    else if (this.#wire === LENGTH_DELIMITED) this.bytes();
    else if (this.#wire === 5) this.#at += 4;
    else throw new Error(`a protobuf message has a field of unknown form ${this.#wire}`);
  }

  #expect(wire: number): void {
    if (this.#wire !== wire) throw new Error(`a protobuf message has a field of form ${this.#wire}, not ${wire}`);
  }

  #varint(): bigint {
    let low = 0;
    for (let i = 0; i < 7; i++) {
      const byte = this.#byte();
      low += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Error("an integer of a protobuf message is too long");
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw cutShort();
    return byte;
  }
}

function cutShort(): Error {
  return new Error("a protobuf message ends too early");
}
