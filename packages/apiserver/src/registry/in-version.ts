import type { ApiObject, Resource } from "@skates/apimachinery";

/** A hub object in a version. */
export function inVersion(resource: Resource, hub: ApiObject): ApiObject {
  return resource.conversion === undefined ? hub : resource.conversion.fromHub(hub);
}

/** An object of a version as the hub has it. */
export function toHub(resource: Resource, object: ApiObject): ApiObject {
  return resource.conversion === undefined ? object : resource.conversion.toHub(object);
}
