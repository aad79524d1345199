import { StatusError } from "@skates/apimachinery";
import { JSON_TYPE, parseMediaType, PROTOBUF_TYPE, YAML_TYPE } from "./media-type.ts";

/** The form that an answer takes on the wire. */
export interface Form {
  readonly encoding: "json" | "yaml" | "protobuf";
  /** What objects are turned into. */
  readonly as: "" | "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList" | "APIGroupDiscoveryList";
  /** Version of what they are turned into: `v1`, `v1beta1`, `v2`. */
  readonly asVersion: string;
}

/** What an endpoint can answer with. */
export interface Offer {
  readonly as: readonly Form["as"][];
  /** Frames of a watch: YAML has none. */
  readonly stream: boolean;
  /** The endpoint reads the header itself. */
  readonly own?: true | undefined;
}

const PLAIN_JSON: Form = { encoding: "json", as: "", asVersion: "" };
const ENCODINGS: Readonly<Record<string, Form["encoding"]>> = {
  [JSON_TYPE]: "json",
  [YAML_TYPE]: "yaml",
  [PROTOBUF_TYPE]: "protobuf",
  "*/*": "json",
  "application/*": "json",
};
/** What can be turned into what, by group and version. */
const TRANSFORMS: Readonly<Record<string, Form["as"]>> = {
  "Table.v1.meta.k8s.io": "Table",
  "Table.v1beta1.meta.k8s.io": "Table",
  "PartialObjectMetadata.v1.meta.k8s.io": "PartialObjectMetadata",
  "PartialObjectMetadata.v1beta1.meta.k8s.io": "PartialObjectMetadata",
  "PartialObjectMetadataList.v1.meta.k8s.io": "PartialObjectMetadataList",
  "PartialObjectMetadataList.v1beta1.meta.k8s.io": "PartialObjectMetadataList",
  "APIGroupDiscoveryList.v2.apidiscovery.k8s.io": "APIGroupDiscoveryList",
};
const REMEMBERED = 256;

/** Chooses forms. Clients send few different headers, so what was read is remembered. */
export class Negotiator {
  readonly #read = new Map<string, readonly Form[]>();

  /** The best form that is wanted and offered. Throws NotAcceptable. */
  choose(accept: string | undefined, offer: Offer): Form {
    if (offer.own === true || accept === undefined || accept === "" || accept === "*/*" || accept === JSON_TYPE)
      return PLAIN_JSON;
    for (const form of this.#forms(accept)) {
      if (form.as !== "" && !offer.as.includes(form.as)) continue;
      if (offer.stream && form.encoding === "yaml") continue;
      return form;
    }
    const accepted = `${JSON_TYPE}, ${YAML_TYPE}, ${PROTOBUF_TYPE}`;
    throw new StatusError("NotAcceptable", `only the following media types are accepted: ${accepted}`);
  }

  #forms(accept: string): readonly Form[] {
    const known = this.#read.get(accept);
    if (known !== undefined) return known;
    const forms = readAccept(accept);
    if (this.#read.size >= REMEMBERED) this.#read.clear();
    this.#read.set(accept, forms);
    return forms;
  }
}

/** The forms of an `Accept` header that exist here, best first. */
export function readAccept(accept: string): readonly Form[] {
  const wanted: { readonly form: Form; readonly quality: number }[] = [];
  for (const clause of accept.split(",")) {
    const { type, parameters } = parseMediaType(clause);
    const encoding = Object.hasOwn(ENCODINGS, type) ? ENCODINGS[type] : undefined;
    if (encoding === undefined) continue;
    const quality = parameters["q"] === undefined ? 1 : Number(parameters["q"]);
    if (!(quality > 0)) continue;
    const form = formOf(encoding, parameters);
    if (form !== undefined) wanted.push({ form, quality });
  }
  return wanted.toSorted((a, b) => b.quality - a.quality).map(({ form }) => form);
}

function formOf(encoding: Form["encoding"], parameters: Readonly<Record<string, string>>): Form | undefined {
  const { as, g, v } = parameters;
  if (as === undefined) return encoding === "json" ? PLAIN_JSON : { encoding, as: "", asVersion: "" };
  const key = `${as}.${v ?? ""}.${g ?? ""}`;
  const target = Object.hasOwn(TRANSFORMS, key) ? TRANSFORMS[key] : undefined;
  if (target === undefined) return undefined;
  // A Table has no protobuf form.
  if (target === "Table" && encoding === "protobuf") return undefined;
  return { encoding, as: target, asVersion: v ?? "" };
}
