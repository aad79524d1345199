import { DecodeError } from "../decode-error.ts";
import { ProtobufReader } from "./reader.ts";
import { ProtobufWriter } from "./writer.ts";

/** What every protobuf body starts with. */
export const PROTOBUF_MAGIC: Uint8Array = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

/** A message with the type it has. */
export interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  /** The message itself. */
  readonly raw: Uint8Array;
}

/** The body that carries a message: the magic bytes and a `runtime.Unknown`. */
export function wrapUnknown({ apiVersion, kind, raw }: Envelope): Uint8Array {
  const writer = new ProtobufWriter(raw.length + 128);
  // contentType and contentEncoding, both empty.
  writer.raw(Uint8Array.of(0x1a, 0x00, 0x22, 0x00));
  writer.raw(raw);
  writer.varint(raw.length);
  writer.varint(0x12);
  const before = writer.length;
  writeText(writer, 0x12, kind);
  writeText(writer, 0x0a, apiVersion);
  writer.varint(writer.length - before);
  writer.varint(0x0a);
  writer.raw(PROTOBUF_MAGIC);
  return writer.bytes();
}

/** The opposite of `wrapUnknown`. Throws DecodeError. */
export function unwrapUnknown(bytes: Uint8Array): Envelope {
  if (!PROTOBUF_MAGIC.every((byte, index) => bytes[index] === byte)) {
    throw new DecodeError("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  }
  const reader = new ProtobufReader(bytes, PROTOBUF_MAGIC.length);
  let apiVersion = "";
  let kind = "";
  let raw = new Uint8Array();
  while (!reader.done) {
    const head = reader.varint();
    if (head === 0x0a) {
      for (const meta = reader.message(); !meta.done; ) {
        const tag = meta.varint();
        if (tag === 0x0a) apiVersion = meta.text();
        else if (tag === 0x12) kind = meta.text();
        else meta.skip(tag & 7);
      }
    } else if (head === 0x12) raw = new Uint8Array(reader.chunk());
    else reader.skip(head & 7);
  }
  return { apiVersion, kind, raw };
}

/** Tag and length that stand before a nested message of `length` bytes, so that it can be sent without copying. */
export function protobufHeader(tag: number, length: number): Uint8Array {
  const writer = new ProtobufWriter(16);
  writer.varint(length);
  writer.varint(tag * 8 + 2);
  return writer.bytes();
}

/** A `WatchEvent` message around an object's body (its envelope included); frames have no envelope of their own. */
export function encodeWatchEvent(type: string, object: Uint8Array): Uint8Array {
  const writer = new ProtobufWriter(object.length + 64);
  writer.raw(object);
  writer.varint(object.length);
  writer.varint(0x0a);
  writer.varint(writer.length);
  writer.varint(0x12);
  writeText(writer, 0x0a, type);
  return writer.bytes();
}

function writeText(writer: ProtobufWriter, head: number, text: string): void {
  const before = writer.length;
  writer.text(text);
  writer.varint(writer.length - before);
  writer.varint(head);
}
