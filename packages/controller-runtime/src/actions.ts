import type { ApiObject, DeleteOptions, Resource } from "@skates/apimachinery";
import { keyOf } from "@skates/apimachinery";
import type { Action, Announcement } from "./controller.ts";

/** Makes an object. */
export function creation<T extends ApiObject>(
  resource: Resource<T>,
  object: NoInfer<T>,
  announce?: Announcement,
): Action {
  return { do: "create", resource, object, announce };
}

/** Writes an object as a whole, but for its status. */
export function update<T extends ApiObject>(
  resource: Resource<T>,
  object: NoInfer<T>,
  announce?: Announcement,
): Action {
  return { do: "update", resource, object, announce };
}

/** Writes an object's status. */
export function statusUpdate<T extends ApiObject>(
  resource: Resource<T>,
  object: NoInfer<T>,
  announce?: Announcement,
): Action {
  return { do: "updateStatus", resource, object, announce };
}

/** Deletes this very object: another of its name is left alone. */
export function deletion<T extends ApiObject>(
  resource: Resource<T>,
  object: NoInfer<T>,
  more: { readonly announce?: Announcement | undefined; readonly options?: Partial<DeleteOptions> | undefined } = {},
): Action {
  return { do: "delete", resource, key: keyOf(object), uid: object.metadata.uid ?? "", ...more };
}
