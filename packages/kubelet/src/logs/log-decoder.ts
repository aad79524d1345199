import type { LogOptions } from "./log-options.ts";

type Wanted = Pick<LogOptions, "timestamps" | "sinceMs" | "limitBytes" | "stream">;

const NEWLINE = 10;
const SPACE = 32;
/** A record cannot be longer: runtimes cut lines at 16 KiB. What is longer is not a log. */
const RECORD_BYTES_MAX = 1024 * 1024;

/**
 * Turns the records of a CRI log (`<time> stdout F <text>`) into what the container wrote. Long lines come in several records,
 * of which all but the last are marked as partial.
 */
export class LogDecoder {
  readonly #wanted: Wanted;
  #rest = new Uint8Array();
  #lineStart = true;
  #left: number;
  constructor(wanted: Wanted) {
    this.#wanted = wanted;
    this.#left = wanted.limitBytes ?? Infinity;
  }

  /** True once `limitBytes` have been given out. */
  get done(): boolean {
    return this.#left <= 0;
  }

  /** What follows from the next bytes of the file. */
  push(bytes: Uint8Array): Uint8Array {
    const data = this.#rest.length === 0 ? bytes : join([this.#rest, bytes]);
    const out: Uint8Array[] = [];
    let start = 0;
    for (let end = data.indexOf(NEWLINE, start); end >= 0 && !this.done; end = data.indexOf(NEWLINE, start)) {
      this.#record(data, { start, end }, out);
      start = end + 1;
    }
    const rest = data.subarray(start);
    this.#rest = rest.length > RECORD_BYTES_MAX ? new Uint8Array() : rest.slice();
    return join(out);
  }

  #record(data: Uint8Array, { start, end }: { readonly start: number; readonly end: number }, out: Uint8Array[]): void {
    const afterTime = data.indexOf(SPACE, start);
    const afterStream = afterTime < 0 ? -1 : data.indexOf(SPACE, afterTime + 1);
    // The second word is `stdout` or `stderr`; what has another is no record.
    if (afterStream < 0 || afterStream > end || afterStream - afterTime !== 7) return;
    if (data[afterTime + 1] !== 115 || data[afterTime + 2] !== 116 || data[afterTime + 3] !== 100) return;
    const space = data.indexOf(SPACE, afterStream + 1);
    const afterTags = space < 0 || space > end ? end : space;
    const { stream, sinceMs, timestamps } = this.#wanted;
    const isErr = data[afterTime + 4] === 101; // std[e]rr
    if ((stream === "Stdout" && isErr) || (stream === "Stderr" && !isErr)) return;
    if (sinceMs !== undefined && Date.parse(ascii(data.subarray(start, afterTime))) < sinceMs) return;
    const partial = data[afterStream + 1] === 80; // P
    if (timestamps && this.#lineStart) this.#give(data.subarray(start, afterTime + 1), out);
    this.#give(data.subarray(Math.min(afterTags + 1, end), partial ? end : end + 1), out);
    this.#lineStart = !partial;
  }

  #give(bytes: Uint8Array, out: Uint8Array[]): void {
    if (this.#left <= 0) return;
    const part = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes;
    this.#left -= part.length;
    out.push(part);
  }
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
