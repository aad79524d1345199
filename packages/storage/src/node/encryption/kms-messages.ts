import type { GrpcMethod } from "@skates/transport";
import { encodeMessage, MessageReader } from "../wire.ts";

// The service of key management plugins, v2, and the envelope that upstream stores; field numbers are those of upstream's definitions.

export interface KmsStatus {
  readonly version: string;
  /** `ok`, or what is wrong. */
  readonly healthz: string;
  readonly keyId: string;
}
export interface KmsDecryptRequest {
  readonly ciphertext: Uint8Array;
  readonly uid: string;
  readonly keyId: string;
  readonly annotations: Annotations;
}
export interface KmsEncryptRequest {
  readonly plaintext: Uint8Array;
  readonly uid: string;
}
export interface KmsEncrypted {
  readonly ciphertext: Uint8Array;
  readonly keyId: string;
  readonly annotations: Annotations;
}
export type Annotations = readonly (readonly [string, Uint8Array])[];

/** A value as stored: encrypted by a key that is itself encrypted by the key service. */
export interface Envelope {
  readonly data: Uint8Array;
  readonly keyId: string;
  readonly source: Uint8Array;
  readonly annotations: Annotations;
  /** 0: the source is an AES-GCM key; 1: a seed from which each value's key is derived. */
  readonly sourceType: number;
}

export const STATUS: GrpcMethod<undefined, KmsStatus> = {
  path: "/v2.KeyManagementService/Status",
  encode: () => new Uint8Array(0),
  decode(bytes) {
    let [version, healthz, keyId] = ["", "", ""];
    const reader = new MessageReader(bytes);
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === 1) version = reader.text();
      else if (field === 2) healthz = reader.text();
      else if (field === 3) keyId = reader.text();
      else reader.skip();
    }
    return { version, healthz, keyId };
  },
};

export const DECRYPT: GrpcMethod<KmsDecryptRequest, Uint8Array> = {
  path: "/v2.KeyManagementService/Decrypt",
  encode: ({ ciphertext, uid, keyId, annotations }) =>
    encodeMessage([
      [1, ciphertext],
      [2, uid],
      [3, keyId],
      [4, entries(annotations)],
    ]),
  decode(bytes) {
    let plaintext: Uint8Array = new Uint8Array(0);
    const reader = new MessageReader(bytes);
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === 1) plaintext = reader.bytes();
      else reader.skip();
    }
    return plaintext;
  },
};

export const ENCRYPT: GrpcMethod<KmsEncryptRequest, KmsEncrypted> = {
  path: "/v2.KeyManagementService/Encrypt",
  encode: ({ plaintext, uid }) =>
    encodeMessage([
      [1, plaintext],
      [2, uid],
    ]),
  decode(bytes) {
    let ciphertext: Uint8Array = new Uint8Array(0);
    let keyId = "";
    const annotations: [string, Uint8Array][] = [];
    const reader = new MessageReader(bytes);
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === 1) ciphertext = reader.bytes();
      else if (field === 2) keyId = reader.text();
      else if (field === 3) annotations.push(entry(reader.bytes()));
      else reader.skip();
    }
    return { ciphertext, keyId, annotations };
  },
};

export function encodeEnvelope({ data, keyId, source, annotations, sourceType }: Envelope): Uint8Array {
  return encodeMessage([
    [1, data],
    [2, keyId],
    [3, source],
    [4, entries(annotations)],
    [5, sourceType],
  ]);
}

/** Throws when the bytes are no message. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  let [data, source]: Uint8Array[] = [];
  let keyId = "";
  let sourceType = 0;
  const annotations: [string, Uint8Array][] = [];
  const reader = new MessageReader(bytes);
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) data = reader.bytes();
    else if (field === 2) keyId = reader.text();
    else if (field === 3) source = reader.bytes();
    else if (field === 4) annotations.push(entry(reader.bytes()));
    else if (field === 5) sourceType = reader.number();
    else reader.skip();
  }
  return { data: data ?? new Uint8Array(0), keyId, source: source ?? new Uint8Array(0), annotations, sourceType };
}

function entries(annotations: Annotations): readonly Uint8Array[] {
  return annotations.map(([name, value]) =>
    encodeMessage([
      [1, name],
      [2, value],
    ]),
  );
}

function entry(bytes: Uint8Array): [string, Uint8Array] {
  let name = "";
  let value: Uint8Array = new Uint8Array(0);
  const reader = new MessageReader(bytes);
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) name = reader.text();
    else if (field === 2) value = reader.bytes();
    else reader.skip();
  }
  return [name, value];
}
