import { jsonString } from "./json-text.ts";

const UTF8_ENCODER = new TextEncoder();
const UTF8_DECODER = new TextDecoder();
const START_BYTES = 4096;
/** A larger buffer is not kept for the next value. */
const KEPT_BYTES = 64 << 10;
/** Longer texts are left to the encoder of the platform, which has a price per call and none per character. */
const SHORT = 96;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

const PLAIN = 0;
const SLASHED = 1;
const OTHER = 2;
/** How each ASCII character stands in JSON, by Go's rules: as it is, behind a backslash, or some other way. */
const MANNERS: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code === QUOTE || code === BACKSLASH) return SLASHED;
  return code < 0x20 || "<>&".includes(String.fromCharCode(code)) ? OTHER : PLAIN;
});

/** Where JSON is written, as bytes at once: no texts in between that would have to be put together and thrown away. */
export class JsonSink {
  #buffer = new Uint8Array(START_BYTES);
  #at = 0;

  /** Starts anew. */
  clear(): void {
    this.#at = 0;
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = new Uint8Array(START_BYTES);
  }

  /** How much was written. */
  get length(): number {
    return this.#at;
  }

  /** Takes back all but the first `length` bytes. */
  rewind(length: number): void {
    this.#at = length;
  }

  /** A copy of what was written. */
  bytes(): Uint8Array {
    return this.#buffer.slice(0, this.#at);
  }

  /** What was written, as text. */
  toText(): string {
    return UTF8_DECODER.decode(this.#buffer.subarray(0, this.#at));
  }

  /** One ASCII character. */
  byte(code: number): void {
    if (this.#at >= this.#buffer.length) this.#grow(1);
    this.#buffer[this.#at++] = code;
  }

  /** The key of a member, which was given with a comma before it; the first member of an object does without. */
  key(key: Uint8Array, first: boolean): void {
    const { length } = key;
    if (this.#at + length > this.#buffer.length) this.#grow(length);
    const buffer = this.#buffer;
    let at = this.#at;
    for (let i = first ? 1 : 0; i < length; i++) buffer[at++] = key[i] ?? COMMA;
    this.#at = at;
  }

  /** A text between quotes, escaped as Go does. */
  string(text: string): void {
    const { length } = text;
    if (length > SHORT) return this.text(jsonString(text));
    const most = length * 2 + 2;
    if (this.#at + most > this.#buffer.length) this.#grow(most);
    const buffer = this.#buffer;
    let at = this.#at;
    buffer[at++] = QUOTE;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      const manner = code < 128 ? MANNERS[code] : OTHER;
      if (manner === OTHER) return this.text(jsonString(text));
      if (manner === SLASHED) buffer[at++] = BACKSLASH;
      buffer[at++] = code;
    }
    buffer[at++] = QUOTE;
    this.#at = at;
  }

  /** JSON that is text already. */
  text(json: string): void {
    const { length } = json;
    if (this.#at + length * 3 > this.#buffer.length) this.#grow(length * 3);
    const buffer = this.#buffer;
    if (length <= SHORT) {
      let at = this.#at;
      let i = 0;
      for (; i < length; i++) {
        const code = json.charCodeAt(i);
        if (code >= 128) break;
        buffer[at++] = code;
      }
      if (i === length) {
        this.#at = at;
        return;
      }
    }
    this.#at += UTF8_ENCODER.encodeInto(json, buffer.subarray(this.#at)).written;
  }

  #grow(count: number): void {
    const next = new Uint8Array(Math.max(this.#buffer.length * 2, this.#at + count));
    next.set(this.#buffer.subarray(0, this.#at));
    this.#buffer = next;
  }
}
