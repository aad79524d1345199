import { notImplemented, type Struct } from "@skates/apimachinery";

/** The envelope of protobuf bodies. */
export interface Unknown {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Uint8Array;
}

export function encodeProtobuf(struct: Struct, _value: unknown): Uint8Array {
  throw notImplemented(`protobuf of ${struct.name} is not implemented by this server`);
}
export function decodeProtobuf(struct: Struct, _bytes: Uint8Array): Readonly<Record<string, unknown>> {
  throw notImplemented(`protobuf of ${struct.name} is not implemented by this server`);
}
export function unwrapUnknown(_bytes: Uint8Array): Unknown {
  throw notImplemented("protobuf is not implemented by this server");
}
export function wrapUnknown(_unknown: Unknown): Uint8Array {
  throw notImplemented("protobuf is not implemented by this server");
}
