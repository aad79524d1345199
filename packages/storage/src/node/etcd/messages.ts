import type { GrpcMethod } from "@skates/transport";
import type { LeaseId, Revision } from "../../revision-store.ts";
import { encodeMessage, MessageReader } from "../wire.ts";

/** A key as etcd returns it. A deletion in a watch has a key and `modified` only. */
export interface KeyValue {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly created: Revision;
  readonly modified: Revision;
  /** How many changes this key has seen since it was created. */
  readonly version: number;
  readonly lease: LeaseId;
}

export interface RangeRequest {
  readonly key: Uint8Array;
  /** Exclusive; absent: the one key. */
  readonly end?: Uint8Array | undefined;
  readonly limit?: number | undefined;
  /** Absent: the newest, linearizable. */
  readonly revision?: Revision | undefined;
  readonly countOnly?: boolean | undefined;
}
export interface RangeReply {
  /** Of the whole store when the answer was made. */
  readonly revision: Revision;
  readonly entries: readonly KeyValue[];
  readonly count: number;
  readonly more: boolean;
}

/** If the key is as said, put or delete it, else read it. */
export interface SwapRequest {
  readonly key: Uint8Array;
  /** What must hold: the key's `modified`, or its `version`; 0: there is no such key. */
  readonly compare: { readonly modified: Revision } | { readonly version: number };
  /** Absent: delete. */
  readonly value: Uint8Array | undefined;
  readonly lease?: LeaseId | undefined;
}
export interface SwapReply {
  readonly revision: Revision;
  readonly succeeded: boolean;
  /** What was read when it did not succeed. */
  readonly current: KeyValue | undefined;
}

export interface WatchCreate {
  readonly key: Uint8Array;
  readonly end: Uint8Array;
  readonly startRevision: Revision;
}
export type WatchRequest = { readonly create: WatchCreate } | { readonly progress: true };
export interface WatchEvent {
  readonly deleted: boolean;
  readonly entry: KeyValue;
  readonly previous: KeyValue | undefined;
}
export interface WatchReply {
  readonly revision: Revision;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly cancelReason: string;
  /** Not 0: the start has been compacted. */
  readonly compactRevision: Revision;
  /** More of the same answer follows. */
  readonly fragment: boolean;
  readonly events: readonly WatchEvent[];
}

export const RANGE: GrpcMethod<RangeRequest, RangeReply> = {
  path: "/etcdserverpb.KV/Range",
  encode: encodeRange,
  decode: decodeRange,
};

export const SWAP: GrpcMethod<SwapRequest, SwapReply> = {
  path: "/etcdserverpb.KV/Txn",
  encode: encodeSwap,
  decode: decodeSwap,
};

export const COMPACT: GrpcMethod<Revision, true> = {
  path: "/etcdserverpb.KV/Compact",
  encode: (revision) => encodeMessage([[1, revision]]),
  decode: () => true,
};

export const GRANT: GrpcMethod<number, LeaseId> = {
  path: "/etcdserverpb.Lease/LeaseGrant",
  encode: (ttlSeconds) => encodeMessage([[1, ttlSeconds]]),
  decode: (bytes) => {
    let id: LeaseId = 0n;
    forEachField(bytes, (field, reader) => {
      if (field === 2) id = reader.big();
      else reader.skip();
    });
    return id;
  },
};

/** The version of the member asked. */
export const STATUS: GrpcMethod<undefined, string> = {
  path: "/etcdserverpb.Maintenance/Status",
  encode: () => new Uint8Array(0),
  decode: (bytes) => {
    let version = "";
    forEachField(bytes, (field, reader) => {
      if (field === 2) version = text(reader.bytes());
      else reader.skip();
    });
    return version;
  },
};

/** The file of etcd's backend, piece by piece, its SHA-256 last. */
export const SNAPSHOT: GrpcMethod<undefined, Uint8Array> = {
  path: "/etcdserverpb.Maintenance/Snapshot",
  encode: () => new Uint8Array(0),
  decode: (bytes) => {
    let blob: Uint8Array = new Uint8Array(0);
    forEachField(bytes, (field, reader) => {
      if (field === 3) blob = reader.bytes();
      else reader.skip();
    });
    return blob;
  },
};

export const WATCH: GrpcMethod<WatchRequest, WatchReply> = {
  path: "/etcdserverpb.Watch/Watch",
  encode: encodeWatch,
  decode: decodeWatch,
};

const MOD = 2;
const VERSION = 0;

function encodeRange(request: RangeRequest): Uint8Array {
  return encodeMessage([
    [1, request.key],
    [2, request.end],
    [3, request.limit],
    [4, request.revision],
    [9, request.countOnly],
  ]);
}

function decodeRange(bytes: Uint8Array): RangeReply {
  let revision = 0;
  const entries: KeyValue[] = [];
  let more = false;
  let count = 0;
  forEachField(bytes, (field, reader) => {
    if (field === 1) revision = headerRevision(reader.bytes());
    else if (field === 2) entries.push(keyValue(reader.bytes()));
    else if (field === 3) more = reader.bool();
    else if (field === 4) count = reader.number();
    else reader.skip();
  });
  return { revision, entries, more, count };
}

function encodeSwap({ key, compare, value, lease }: SwapRequest): Uint8Array {
  const target =
    "modified" in compare
      ? ([
          [2, MOD],
          [3, key],
          [6, compare.modified],
        ] as const)
      : ([
          [2, VERSION],
          [3, key],
          [4, compare.version],
        ] as const);
  const change =
    value === undefined
      ? encodeMessage([[3, encodeMessage([[1, key]])]])
      : encodeMessage([
          [
            2,
            encodeMessage([
              [1, key],
              [2, value],
              [3, lease],
            ]),
          ],
        ]);
  const read = encodeMessage([[1, encodeRange({ key })]]);
  return encodeMessage([
    [1, encodeMessage(target)],
    [2, change],
    [3, read],
  ]);
}

function decodeSwap(bytes: Uint8Array): SwapReply {
  let revision = 0;
  let succeeded = false;
  let current: KeyValue | undefined;
  forEachField(bytes, (field, reader) => {
    if (field === 1) revision = headerRevision(reader.bytes());
    else if (field === 2) succeeded = reader.bool();
    else if (field === 3) {
      forEachField(reader.bytes(), (kind, answer) => {
        if (kind === 1) current = decodeRange(answer.bytes()).entries[0];
        else answer.skip();
      });
    } else reader.skip();
  });
  return { revision, succeeded, current };
}

function encodeWatch(request: WatchRequest): Uint8Array {
  if ("progress" in request) return encodeMessage([[3, new Uint8Array(0)]]);
  const { key, end, startRevision } = request.create;
  const create = encodeMessage([
    [1, key],
    [2, end],
    [3, startRevision],
    [6, true], // previous values
    [8, true], // large answers in fragments
  ]);
  return encodeMessage([[1, create]]);
}

function decodeWatch(bytes: Uint8Array): WatchReply {
  let revision = 0;
  let created = false;
  let canceled = false;
  let compactRevision = 0;
  let cancelReason = "";
  let fragment = false;
  const events: WatchEvent[] = [];
  forEachField(bytes, (field, reader) => {
    if (field === 1) revision = headerRevision(reader.bytes());
    else if (field === 3) created = reader.bool();
    else if (field === 4) canceled = reader.bool();
    else if (field === 5) compactRevision = reader.number();
    else if (field === 6) cancelReason = text(reader.bytes());
    else if (field === 7) fragment = reader.bool();
    else if (field === 11) events.push(decodeEvent(reader.bytes()));
    else reader.skip();
  });
  return { revision, created, canceled, compactRevision, cancelReason, fragment, events };
}

function decodeEvent(bytes: Uint8Array): WatchEvent {
  let deleted = false;
  let entry: KeyValue = NO_ENTRY;
  let previous: KeyValue | undefined;
  forEachField(bytes, (field, reader) => {
    if (field === 1) deleted = reader.bool();
    else if (field === 2) entry = keyValue(reader.bytes());
    else if (field === 3) previous = keyValue(reader.bytes());
    else reader.skip();
  });
  return { deleted, entry, previous };
}

const EMPTY = new Uint8Array(0);
const NO_ENTRY: KeyValue = { key: EMPTY, value: EMPTY, created: 0, modified: 0, version: 0, lease: 0n };

function keyValue(bytes: Uint8Array): KeyValue {
  let { key, value, created, modified, version, lease } = NO_ENTRY;
  forEachField(bytes, (field, reader) => {
    if (field === 1) key = reader.bytes();
    else if (field === 2) created = reader.number();
    else if (field === 3) modified = reader.number();
    else if (field === 4) version = reader.number();
    else if (field === 5) value = reader.bytes();
    else if (field === 6) lease = reader.big();
    else reader.skip();
  });
  return { key, value, created, modified, version, lease };
}

function headerRevision(bytes: Uint8Array): Revision {
  let revision = 0;
  forEachField(bytes, (field, reader) => {
    if (field === 3) revision = reader.number();
    else reader.skip();
  });
  return revision;
}

function forEachField(bytes: Uint8Array, visit: (field: number, reader: MessageReader) => void): void {
  const reader = new MessageReader(bytes);
  for (let field = reader.next(); field !== 0; field = reader.next()) visit(field, reader);
}

const decoder = new TextDecoder();

function text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
