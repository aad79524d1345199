import type { ApiObject, OwnerReference } from "@skates/apimachinery";

/** The one owner that manages an object, if it has one. */
export function controllerOf(object: ApiObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

/** True if `owner` manages `object`. */
export function controls(owner: ApiObject, object: ApiObject): boolean {
  const { uid } = owner.metadata;
  return uid !== undefined && controllerOf(object)?.uid === uid;
}

/** What stands in an object that `owner` manages. */
export function controllerReference(owner: ApiObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  const { name, uid = "" } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** Index of objects by the uid of what manages them. */
function byController(object: ApiObject): readonly string[] {
  const owner = controllerOf(object);
  return owner === undefined ? [] : [owner.uid];
}

/** Index of objects that nobody manages, by namespace. */
function orphansByNamespace(object: ApiObject): readonly string[] {
  return controllerOf(object) === undefined ? [object.metadata.namespace ?? ""] : [];
}

/** The names of the two indexes above; every controller that asks for them gets the same. */
export const OWNER_INDEXES = { controller: byController, orphans: orphansByNamespace } as const;
