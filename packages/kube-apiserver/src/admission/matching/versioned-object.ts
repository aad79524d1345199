import { type ApiObject, encodeJson, jsonText, type Resource, type Struct } from "@skates/apimachinery";
import { type AdmissionAttributes, inVersion } from "@skates/apiserver";

/** An object of a request in the version that somebody wants to see, with its text made at most once. */
export interface VersionedObject {
  readonly object: ApiObject;
  /** JSON. */
  text(): string;
}

/** The objects of one request in the versions that are asked for, each made once. */
export class VersionedObjects {
  readonly #attributes: AdmissionAttributes;
  readonly #made = new Map<ApiObject, Map<Resource, VersionedObject>>();

  constructor(attributes: AdmissionAttributes) {
    this.#attributes = attributes;
  }

  /** Bodies of other kinds than the resource's are what they are in every version. */
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
  const { kind } = attributes;
  const foreign = isForeign(attributes);
  const object = foreign ? hub : inVersion(resource, hub);
  const struct: Struct | undefined = foreign ? kind.struct : resource.schema;
  let text: string | undefined;
  return {
    object,
    text: () => (text ??= struct === undefined ? jsonText(object) : encodeJson(struct, object)),
  };
}

/** True where the body is of another kind than the resource: scales, evictions, bindings, options of streams. */
export function isForeign({ kind, requested }: AdmissionAttributes): boolean {
  return kind.struct !== undefined || kind.kind !== requested.kind;
}
