import { type ApiObject, encodeJson, jsonText, type Resource, type Struct } from "@skates/apimachinery";
import { type AdmissionAttributes, inVersion } from "@skates/apiserver";

/** An object of a request in the version that somebody wants to see, with its text made at most once. */
export interface VersionedObject {
  readonly object: ApiObject;
  /** JSON. */
  text(): string;
}

/** The objects of one request, also what plugins make of them, in the versions that are asked for, each made once. */
export class VersionedObjects {
  readonly #attributes: AdmissionAttributes;
  readonly #made = new Map<ApiObject, Map<Resource, VersionedObject>>();

  constructor(attributes: AdmissionAttributes) {
    this.#attributes = attributes;
  }

  in(resource: Resource, object: ApiObject | undefined): VersionedObject | undefined {
    if (object === undefined) return undefined;
    let versions = this.#made.get(object);
    if (versions === undefined) this.#made.set(object, (versions = new Map<Resource, VersionedObject>()));
    let found = versions.get(resource);
    if (found === undefined) {
      found = versioned(this.#attributes, resource, object);
      versions.set(resource, found);
    }
    return found;
  }
}

function versioned(attributes: AdmissionAttributes, resource: Resource, hub: ApiObject): VersionedObject {
  const { struct } = bodyKindOf(attributes, resource);
  const object = isForeign(attributes) ? hub : inVersion(resource, hub);
  let text: string | undefined;
  return {
    object,
    text: () => (text ??= struct === undefined ? jsonText(object) : encodeJson(struct, object)),
  };
}

/** What a request's body is, in the version of `resource`. */
export interface BodyKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Undefined: of no known schema. */
  readonly struct: Struct | undefined;
}

/** Bodies of other kinds than the resource's are what they are in every version. */
export function bodyKindOf(attributes: AdmissionAttributes, resource: Resource): BodyKind {
  const { group, version, kind } = isForeign(attributes) ? attributes.kind : resource;
  return { group, version, kind, struct: isForeign(attributes) ? attributes.kind.struct : resource.schema };
}

/** True where the body is of another kind than the resource: scales, evictions, bindings, options of streams. */
export function isForeign({ kind, requested }: AdmissionAttributes): boolean {
  return kind.struct !== undefined || kind.kind !== requested.kind;
}
