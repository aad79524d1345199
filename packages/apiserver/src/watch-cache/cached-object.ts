import {
  type ApiObject,
  type Encoded,
  encodeJsonBytes,
  type Resource,
  type Revision,
  type WireForm,
  encodeProtobuf,
} from "@skates/apimachinery";
import { assert } from "@skates/component-base";
import type { StoredCodec } from "./codec.ts";

/** What selectors look at. */
export interface Selectable {
  readonly labels: Readonly<Record<string, string>>;
  /** A selectable field's text; empty when the object does not have it. */
  field(path: string): string;
}

/** An object in one version, with its encodings. */
export interface View extends Encoded, Selectable {}

const NO_LABELS: Readonly<Record<string, string>> = {};

/** An object as it was at one revision: bytes, and all else on demand. Never changes. */
export class CachedObject implements View {
  /** The store's key. */
  readonly key: string;
  readonly revision: Revision;
  /** With resourceVersion. */
  readonly json: Uint8Array;
  readonly codec: StoredCodec;
  /** As it is stored, where that is not what the schema of today makes of it. */
  readonly stored: Uint8Array | undefined;
  #object: ApiObject | undefined;
  #protobuf: Uint8Array | undefined;
  #labels: Readonly<Record<string, string>> | undefined;
  /** Paths and texts in turns: one or two of them, and a map for each object would weigh more than they do. */
  #fields: string[] | undefined;
  /** Asked for since the ring last came by. */
  #used = false;
  #views: Map<Resource, View> | undefined;

  constructor(
    codec: StoredCodec,
    at: {
      readonly key: string;
      readonly revision: Revision;
      readonly json: Uint8Array;
      readonly stored?: Uint8Array | undefined;
    },
    object?: ApiObject,
  ) {
    this.codec = codec;
    this.key = at.key;
    this.revision = at.revision;
    this.json = at.json;
    this.stored = at.stored;
    if (object !== undefined) this.#keep(object);
  }

  get object(): ApiObject {
    this.#used = true;
    return this.#decoded();
  }

  get forgetful(): true {
    return true;
  }

  bytes(form: WireForm): Uint8Array {
    if (form === "json") return this.json;
    this.#protobuf ??= this.codec.protobuf(this.object);
    return this.#protobuf;
  }

  get labels(): Readonly<Record<string, string>> {
    this.#labels ??= this.#decoded().metadata.labels ?? NO_LABELS;
    return this.#labels;
  }

  field(path: string): string {
    const known = (this.#fields ??= []);
    for (let i = 0; i < known.length; i += 2) if (known[i] === path) return known[i + 1] ?? "";
    const text = fieldText(this.codec.resource, this.#decoded(), path);
    known.push(path, text);
    return text;
  }

  /** The object in a version of its kind. */
  view(resource: Resource): View {
    if (resource.exchange !== undefined) {
      const converted = this.converted(resource);
      assert(converted !== undefined, "what others convert is converted before it is shown");
      return converted;
    }
    if (resource.conversion === undefined) return this;
    let view = this.#views?.get(resource);
    if (view === undefined) {
      const object = resource.conversion.fromHub(this.object);
      view = this.keep(resource, object);
    }
    return view;
  }

  /** The object in a version that somebody else converts, if it is in it or has been converted into it. */
  converted(resource: Resource): View | undefined {
    return resource.version === this.codec.resource.version ? this : this.#views?.get(resource);
  }

  /** Remembers what it is in a version. */
  keep(resource: Resource, object: ApiObject): View {
    const view = new ConvertedObject({ object, revision: this.revision }, resource);
    this.#views ??= new Map();
    this.#views.set(resource, view);
    this.codec.ring.hold(this, this.json.length);
    return view;
  }

  /** The same content under another revision: an object's last state, as its deletion announces it. */
  at(revision: Revision): CachedObject {
    const json = this.codec.resplice(this.json, revision);
    return new CachedObject(this.codec, { key: this.key, revision, json });
  }

  /** True once after it has been asked for. */
  spare(): boolean {
    const used = this.#used;
    this.#used = false;
    return used;
  }

  /** Drops what can be made again. */
  forget(): void {
    this.#object = undefined;
    this.#protobuf = undefined;
    this.#views = undefined;
  }

  #decoded(): ApiObject {
    return this.#object ?? this.#keep(this.codec.decode(this.json));
  }

  #keep(object: ApiObject): ApiObject {
    this.#object = object;
    this.codec.onDecode?.(object);
    this.codec.ring.hold(this, this.json.length);
    return object;
  }
}

/** An object in a version that is not the hub. */
export class ConvertedObject implements View {
  readonly object: ApiObject;
  readonly revision: Revision;
  readonly #resource: Resource;
  #json: Uint8Array | undefined;
  #protobuf: Uint8Array | undefined;

  constructor({ object, revision }: Pick<Encoded, "object" | "revision">, resource: Resource) {
    this.object = object;
    this.revision = revision;
    this.#resource = resource;
  }

  bytes(form: WireForm): Uint8Array {
    if (form === "json") {
      this.#json ??= encodeJsonBytes(this.#resource.schema, this.object);
      return this.#json;
    }
    this.#protobuf ??= encodeProtobuf(this.#resource.schema, this.object);
    return this.#protobuf;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.object.metadata.labels ?? NO_LABELS;
  }

  field(path: string): string {
    return fieldText(this.#resource, this.object, path);
  }
}

/** An object that is not stored: the answer of a review, a preview. Its revision is 0. */
export function looseObject(resource: Pick<Resource, "schema">, object: ApiObject): Encoded {
  return {
    object,
    revision: 0,
    bytes: (form) =>
      form === "json" ? encodeJsonBytes(resource.schema, object) : encodeProtobuf(resource.schema, object),
  };
}

function fieldText(resource: Resource, object: ApiObject, path: string): string {
  if (path === "metadata.name") return object.metadata.name;
  if (path === "metadata.namespace") return object.metadata.namespace ?? "";
  const read = Object.hasOwn(resource.selectableFields, path) ? resource.selectableFields[path] : undefined;
  return read === undefined ? "" : read(object);
}
