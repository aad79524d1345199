import type { ObjectMeta } from "./meta/v1/object-meta.ts";

/** What all persistent objects have in common. Objects are immutable: a change is a new object that shares the rest. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** Where an object lives; `namespace` is absent for cluster-scoped kinds. */
export interface ObjectKey {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** The key of an object. */
export function keyOf(object: ApiObject): ObjectKey {
  const { namespace, name } = object.metadata;
  return namespace === undefined || namespace === "" ? { name } : { namespace, name };
}

/** `namespace/name`, or `name` for cluster-scoped objects: a map key and a text for people. */
export function formatKey(key: ObjectKey): string {
  return key.namespace === undefined || key.namespace === "" ? key.name : `${key.namespace}/${key.name}`;
}

export interface GroupVersion {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
}

/** `apps/v1`; `v1` for the core group. */
export function formatGroupVersion(gv: GroupVersion): string {
  return gv.group === "" ? gv.version : `${gv.group}/${gv.version}`;
}

/** The opposite of `formatGroupVersion`. */
export function parseGroupVersion(apiVersion: string): GroupVersion {
  const slash = apiVersion.indexOf("/");
  return slash < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** A list as it is read: items and the revision they were read at. */
export interface List<T extends ApiObject> {
  readonly items: readonly T[];
  /** The same objects where the API server, in the same process, holds them anyway: it decodes them again when they are asked for. */
  readonly sources?: readonly { readonly object: T }[] | undefined;
  readonly resourceVersion: string;
  readonly continue?: string | undefined;
  readonly remainingItemCount?: number | undefined;
}

export type WatchEvent<T extends ApiObject> =
  | {
      readonly type: "ADDED" | "MODIFIED" | "DELETED";
      readonly object: T;
      /** See `List.sources`. */
      readonly source?: { readonly object: T } | undefined;
    }
  /** Only the resourceVersion has moved; `initialEventsEnd` marks the end of a streamed list. */
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string; readonly initialEventsEnd: boolean };
