import {
  CreatedMemo,
  type ApiObject,
  applyDefaults,
  decodeJson,
  decodeStored,
  DecodeError,
  encodeJsonBytes,
  formatGroupVersion,
  isStatus,
  JsonSink,
  parseJson,
  type Resource,
  type Revision,
  decodeProtobuf,
  encodeProtobuf,
  type Envelope,
  type Struct,
  unwrapUnknown,
} from "@skates/apimachinery";
import { assert } from "@skates/component-base";
import type { DecodedRing } from "./decoded-ring.ts";

const UTF8_ENCODER = new TextEncoder();
const UTF8_DECODER = new TextDecoder();
const VERSION_FIELD_LENGTH = '"resourceVersion":"'.length;
const QUOTE = 0x22;
const PROTOBUF_MAGIC: readonly number[] = [0x6b, 0x38, 0x73, 0x00];

/** Finds the served resource of another version in which a stored value may be written. */
export type FindVersion = (apiVersion: string, kind: string) => Resource | undefined;

export interface CodecOptions {
  readonly findVersion: FindVersion;
  readonly ring: DecodedRing;
  readonly onDecode: ((object: ApiObject) => void) | undefined;
}

/**
 * How objects of one kind are stored and served: JSON with `kind`, `apiVersion` and `metadata` first and without resourceVersion.
 * As the revision is known only after the commit, it is spliced in at a place that is the same for all objects of the kind.
 */
export class StoredCodec {
  readonly resource: Resource;
  /** `{"kind":"Pod","apiVersion":"v1","metadata":{` */
  readonly #head: Uint8Array;
  /** Where `"metadata"` starts: list items leave out what stands before. */
  readonly itemOffset: number;
  readonly #options: CodecOptions;
  /** Where JSON is put together, for one synchronous step at a time. */
  readonly sink = new JsonSink();
  readonly createdMemo = new CreatedMemo();
  /** Bounds what stays decoded. */
  readonly ring: DecodedRing;
  /** Called with each object before it is handed out. */
  readonly onDecode: ((object: ApiObject) => void) | undefined;

  constructor(resource: Resource, options: CodecOptions) {
    const type = `"kind":${JSON.stringify(resource.kind)},"apiVersion":${JSON.stringify(formatGroupVersion(resource))},`;
    this.resource = resource;
    this.#head = UTF8_ENCODER.encode(`{${type}"metadata":{`);
    this.itemOffset = UTF8_ENCODER.encode(type).length + 1;
    this.#options = options;
    this.ring = options.ring;
    this.onDecode = options.onDecode;
  }

  /** For objects that are stored in another version of the kind, in the same cache. */
  forVersion(resource: Resource): StoredCodec {
    return new StoredCodec(resource, this.#options);
  }

  /** The bytes to be stored; a resourceVersion in the object is left out. */
  encode(object: ApiObject): Uint8Array {
    const { resourceVersion, ...metadata } = object.metadata;
    const bare = resourceVersion === undefined ? object : { ...object, metadata };
    const value = encodeJsonBytes(this.resource.schema, bare, this.sink);
    assert(this.#startsWithHead(value), "a stored object starts with kind, apiVersion and metadata");
    return value;
  }

  /** Stored bytes as their schema has them now: definitions change, and with them what is known and what it is by default. */
  completed(value: Uint8Array): Uint8Array {
    if (this.resource.custom !== true) return value;
    const { schema } = this.resource;
    return this.encode(applyDefaults(schema, this.#decodeForeign(value)));
  }

  /** Stored bytes with the revision as resourceVersion: what goes to clients. Values of others are rewritten in our form. */
  splice(value: Uint8Array, revision: Revision): Uint8Array {
    const own = this.#startsWithHead(value) ? value : this.encode(this.#decodeForeign(value));
    const empty = own[this.#head.length] === 0x7d;
    const field = UTF8_ENCODER.encode(`"resourceVersion":"${revision}"${empty ? "" : ","}`);
    const out = new Uint8Array(own.length + field.length);
    out.set(own.subarray(0, this.#head.length));
    out.set(field, this.#head.length);
    out.set(own.subarray(this.#head.length), this.#head.length + field.length);
    return out;
  }

  /** Bytes made by `splice`, under another revision. */
  resplice(json: Uint8Array, revision: Revision): Uint8Array {
    const from = this.#head.length + VERSION_FIELD_LENGTH;
    const to = json.indexOf(QUOTE, from);
    const digits = UTF8_ENCODER.encode(String(revision));
    const out = new Uint8Array(json.length - (to - from) + digits.length);
    out.set(json.subarray(0, from));
    out.set(digits, from);
    out.set(json.subarray(to), from + digits.length);
    return out;
  }

  /** True if `json`, with its resourceVersion, says the same as `value` without. */
  sameValue(json: Uint8Array, value: Uint8Array): boolean {
    const shift = json.length - value.length;
    const start = this.#head.length;
    if (shift <= 0) return false;
    for (let i = value.length - 1; i >= start; i--) if (json[i + shift] !== value[i]) return false;
    return true;
  }

  decode(json: Uint8Array): ApiObject {
    if (this.resource.custom !== true) return decodeStored<ApiObject>(this.resource.schema, json);
    try {
      return decodeStored<ApiObject>(this.resource.schema, json);
    } catch (error) {
      // Stored under another schema, with a text where an object is wanted now: it can be read, and mended or deleted.
      if (!isStatus(error, "BadRequest") && !(error instanceof DecodeError)) throw error;
      return typed(parseJson(json).value);
    }
  }

  /** The message, without the envelope. */
  protobuf(object: ApiObject): Uint8Array {
    return encodeProtobuf(this.resource.schema, object);
  }

  /** True if a value is stored in this very version. */
  reads(value: Uint8Array): boolean {
    return this.#startsWithHead(value);
  }

  #startsWithHead(value: Uint8Array): boolean {
    const head = this.#head;
    if (value.length <= head.length) return false;
    for (let i = 0; i < head.length; i++) if (value[i] !== head[i]) return false;
    return true;
  }

  #decodeForeign(value: Uint8Array): ApiObject {
    const isProtobuf = PROTOBUF_MAGIC.every((byte, i) => value[i] === byte);
    const envelope = isProtobuf ? unwrapUnknown(value) : undefined;
    const type = envelope ?? typeOf(value);
    if (this.resource.custom === true) {
      // Definitions come and go, and with them versions: without a webhook, versions differ in nothing but their name.
      const { object } = decodeJson<ApiObject>(this.resource.schema, value);
      return { ...object, apiVersion: formatGroupVersion(this.resource) };
    }
    const apiVersion = formatGroupVersion(this.resource);
    const former =
      type.kind === this.resource.kind
        ? this.resource.formerVersions?.find((version) => version.apiVersion === type.apiVersion)
        : undefined;
    if (former !== undefined) {
      const object = decodeAs(former.schema ?? this.resource.schema, value, envelope);
      return { ...(former.toHub?.(object) ?? object), kind: this.resource.kind, apiVersion };
    }
    const own = type.apiVersion === apiVersion && type.kind === this.resource.kind;
    const version = own ? this.resource : this.#options.findVersion(type.apiVersion, type.kind);
    assert(version !== undefined, `stored ${type.apiVersion} ${type.kind} can be read`);
    const object = decodeAs(version.schema, value, envelope);
    return version.conversion === undefined ? object : version.conversion.toHub(object);
  }
}

function decodeAs(schema: Struct, value: Uint8Array, envelope: Envelope | undefined): ApiObject {
  if (envelope === undefined) return decodeJson<ApiObject>(schema, value).object;
  const { raw, kind, apiVersion } = envelope;
  return typed({ ...decodeProtobuf(schema, raw), kind, apiVersion });
}

/** What a stored value says of itself. */
export function typeOf(value: Uint8Array): { readonly apiVersion: string; readonly kind: string } {
  const parsed: unknown = JSON.parse(UTF8_DECODER.decode(value));
  assert(typeof parsed === "object" && parsed !== null, "a stored value is an object");
  const apiVersion = "apiVersion" in parsed && typeof parsed.apiVersion === "string" ? parsed.apiVersion : "";
  const kind = "kind" in parsed && typeof parsed.kind === "string" ? parsed.kind : "";
  return { apiVersion, kind };
}

function typed(value: unknown): ApiObject {
  return value as ApiObject;
}
