import { OperatingError } from "@skates/component-base";

/** A frame of SPDY/3.1. Header blocks are still compressed. */
export type SpdyFrame =
  | { readonly type: "data"; readonly stream: number; readonly fin: boolean; readonly data: Uint8Array }
  | {
      readonly type: "synStream";
      readonly stream: number;
      readonly fin: boolean;
      /** The sender takes nothing on this stream. */
      readonly unidirectional: boolean;
      readonly block: Uint8Array;
    }
  | { readonly type: "synReply"; readonly stream: number; readonly fin: boolean; readonly block: Uint8Array }
  | { readonly type: "rstStream"; readonly stream: number; readonly status: number }
  | { readonly type: "settings" }
  | { readonly type: "ping"; readonly id: number }
  | { readonly type: "goAway"; readonly lastStream: number; readonly status: number }
  | { readonly type: "headers"; readonly stream: number; readonly fin: boolean; readonly block: Uint8Array }
  | { readonly type: "windowUpdate"; readonly stream: number; readonly delta: number };

/** Reasons of RST_STREAM. */
export const SPDY_RST = { protocolError: 1, invalidStream: 2, refusedStream: 3, cancel: 5, internalError: 6 } as const;

const VERSION = 3;
const FLAG_FIN = 1;
const FLAG_UNIDIRECTIONAL = 2;
const TYPE = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;

/** The longest frame we accept. The format allows 16 MB; peers write up to 32 KB at a time. */
export const SPDY_FRAME_BYTES_MAX = 1024 * 1024;
const HEADER_BYTES = 8;

/** Turns a byte stream that comes in arbitrary pieces into frames. */
export class SpdyFrameReader {
  #buffer: Uint8Array = new Uint8Array(0);

  /** The frames completed by these bytes. Throws `ProtocolViolation`. The frames share the memory of `chunk` where they can. */
  *push(chunk: Uint8Array): Generator<SpdyFrame, void> {
    this.#buffer = this.#buffer.length === 0 ? chunk : concat(this.#buffer, chunk);
    while (this.#buffer.length >= HEADER_BYTES) {
      const view = viewOf(this.#buffer);
      const length = view.getUint32(4) & 0xffffff;
      if (length > SPDY_FRAME_BYTES_MAX) throw violation(`a frame of ${length} bytes`);
      if (this.#buffer.length < HEADER_BYTES + length) return;
      const body = this.#buffer.subarray(HEADER_BYTES, HEADER_BYTES + length);
      this.#buffer = this.#buffer.subarray(HEADER_BYTES + length);
      const frame = parseFrame(view.getUint32(0), view.getUint8(4), body);
      if (frame !== undefined) yield frame;
    }
  }

  /** Bytes of a frame that has not ended. */
  get pending(): number {
    return this.#buffer.length;
  }
}

/** `undefined` for control frames of unknown types, which are skipped as the specification demands. */
function parseFrame(word: number, flags: number, body: Uint8Array): SpdyFrame | undefined {
  const fin = (flags & FLAG_FIN) !== 0;
  if (word >>> 31 === 0) {
    if (word === 0) throw violation("data without a stream");
    return { type: "data", stream: word, fin, data: body };
  }
  const version = (word >>> 16) & 0x7fff;
  if (version !== VERSION) throw violation(`version ${version}`);
  const view = viewOf(body);
  const need = (bytes: number): void => {
    if (body.length < bytes) throw violation("a control frame that is too short");
  };
  const stream = (): number => {
    const id = view.getUint32(0) & 0x7fffffff;
    if (id === 0) throw violation("a control frame without a stream");
    return id;
  };
  switch (word & 0xffff) {
    case TYPE.synStream:
      need(10);
      return {
        type: "synStream",
        stream: stream(),
        fin,
        unidirectional: (flags & FLAG_UNIDIRECTIONAL) !== 0,
        block: body.subarray(10),
      };
    case TYPE.synReply:
      need(4);
      return { type: "synReply", stream: stream(), fin, block: body.subarray(4) };
    case TYPE.headers:
      need(4);
      return { type: "headers", stream: stream(), fin, block: body.subarray(4) };
    case TYPE.rstStream:
      need(8);
      return { type: "rstStream", stream: stream(), status: view.getUint32(4) };
    case TYPE.settings:
      return { type: "settings" };
    case TYPE.ping:
      need(4);
      return { type: "ping", id: view.getUint32(0) };
    case TYPE.goAway:
      need(8);
      return { type: "goAway", lastStream: view.getUint32(0) & 0x7fffffff, status: view.getUint32(4) };
    case TYPE.windowUpdate:
      need(8);
      return { type: "windowUpdate", stream: view.getUint32(0) & 0x7fffffff, delta: view.getUint32(4) & 0x7fffffff };
    default:
      return undefined;
  }
}

/** A frame in bytes. */
export function encodeFrame(frame: SpdyFrame): Uint8Array {
  switch (frame.type) {
    case "data":
      return assemble(frame.stream, frame.fin ? FLAG_FIN : 0, frame.data);
    case "synStream": {
      const flags = (frame.fin ? FLAG_FIN : 0) | (frame.unidirectional ? FLAG_UNIDIRECTIONAL : 0);
      const head = new Uint8Array(10); // stream, associated stream, priority 0, slot 0
      viewOf(head).setUint32(0, frame.stream);
      return assemble(control(TYPE.synStream), flags, concat(head, frame.block));
    }
    case "synReply":
      return assemble(control(TYPE.synReply), frame.fin ? FLAG_FIN : 0, concat(words(frame.stream), frame.block));
    case "headers":
      return assemble(control(TYPE.headers), frame.fin ? FLAG_FIN : 0, concat(words(frame.stream), frame.block));
    case "rstStream":
      return assemble(control(TYPE.rstStream), 0, words(frame.stream, frame.status));
    case "settings":
      return assemble(control(TYPE.settings), 0, words(0));
    case "ping":
      return assemble(control(TYPE.ping), 0, words(frame.id));
    case "goAway":
      return assemble(control(TYPE.goAway), 0, words(frame.lastStream, frame.status));
    case "windowUpdate":
      return assemble(control(TYPE.windowUpdate), 0, words(frame.stream, frame.delta));
  }
}

function control(type: number): number {
  return ((0x8000 | VERSION) * 0x10000 + type) >>> 0;
}

function assemble(word: number, flags: number, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(HEADER_BYTES + body.length);
  const view = viewOf(out);
  view.setUint32(0, word);
  view.setUint32(4, body.length);
  view.setUint8(4, flags);
  out.set(body, HEADER_BYTES);
  return out;
}

function words(...values: readonly number[]): Uint8Array {
  const out = new Uint8Array(values.length * 4);
  const view = viewOf(out);
  values.forEach((value, i) => view.setUint32(i * 4, value));
  return out;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The peer does not follow the protocol; the connection cannot go on. */
export function violation(what: string): OperatingError {
  return new OperatingError("ProtocolViolation", `the peer sent ${what}, which SPDY/3.1 does not allow`);
}
