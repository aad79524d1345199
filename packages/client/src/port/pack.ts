import {
  decodeStored,
  type Encoded,
  type EncodedEvent,
  encodeProtobuf,
  type Resource,
  type Revision,
} from "@skates/apimachinery";
import type { Packed } from "./messages.ts";

/** The JSON of objects in one piece. */
export function pack(objects: readonly Encoded[], types?: readonly EncodedEvent["type"][]): Packed {
  const texts = objects.map((object) => object.bytes("json"));
  const ends: number[] = [];
  let length = 0;
  for (const text of texts) ends.push((length += text.length));
  const bytes = new Uint8Array(length);
  texts.forEach((text, i) => bytes.set(text, i === 0 ? 0 : ends[i - 1]));
  return { bytes, ends, revisions: objects.map(({ revision }) => revision), types };
}

/** The objects of a piece, decoded when they are first looked at. */
export function unpack({ bytes, ends, revisions }: Packed, resource: Resource): readonly Encoded[] {
  return ends.map((end, i) => new Received(resource, bytes.subarray(ends[i - 1] ?? 0, end), revisions[i] ?? 0));
}

/** The events of a piece. */
export function unpackEvents(packed: Packed, resource: Resource): readonly EncodedEvent[] {
  return unpack(packed, resource).map((object, i) => ({ type: packed.types?.[i] ?? "ERROR", object }));
}

class Received implements Encoded {
  readonly revision: Revision;
  readonly #resource: Resource;
  readonly #json: Uint8Array;
  #object: Encoded["object"] | undefined;

  constructor(resource: Resource, json: Uint8Array, revision: Revision) {
    this.#resource = resource;
    this.#json = json;
    this.revision = revision;
  }

  get object(): Encoded["object"] {
    this.#object ??= decodeStored<Encoded["object"]>(this.#resource.schema, this.#json);
    return this.#object;
  }

  bytes(form: "json" | "protobuf"): Uint8Array {
    return form === "json" ? this.#json : encodeProtobuf(this.#resource.schema, this.object);
  }
}
