import type { ApiObject, DeleteOptions, List, ObjectKey, Resource, WatchEvent } from "@skates/apimachinery";

export interface GetOptions {
  readonly resourceVersion?: string | undefined;
}
export interface ListOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined;
  /** In the text form of a query: `app=web,tier in (a,b)`. */
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly resourceVersionMatch?: "Exact" | "NotOlderThan" | undefined;
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
}
export interface WatchOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Events later than this; absent: starts with what exists, as ADDED. */
  readonly resourceVersion?: string | undefined;
  /** Starts with what exists, as ADDED, up to a bookmark with `initialEventsEnd`. */
  readonly sendInitialEvents?: boolean | undefined;
  /** The server ends the watch after this time. */
  readonly timeoutSeconds?: number | undefined;
}
export interface WriteOptions {
  readonly dryRun?: boolean | undefined;
  readonly fieldManager?: string | undefined;
  readonly fieldValidation?: "Strict" | "Warn" | "Ignore" | undefined;
}
export interface PatchOptions extends WriteOptions {
  /** For server-side apply: take over fields of others. */
  readonly force?: boolean | undefined;
}

/** A change in one of the four forms. */
export type Patch =
  | { readonly type: "json"; readonly body: readonly unknown[] }
  | { readonly type: "merge" | "strategic" | "apply"; readonly body: unknown };

/** Typed by the resource value; works the same over loopback and HTTPS. Throws StatusError, or an OperatingError when no answer came. */
export interface ResourceClient<T extends ApiObject> {
  get(key: ObjectKey, options: GetOptions, signal: AbortSignal): Promise<T>;
  list(options: ListOptions, signal: AbortSignal): Promise<List<T>>;
  /** Ends when the server ends it; throws StatusError `Expired` (410) when the revision is too old. */
  watch(options: WatchOptions, signal: AbortSignal): AsyncIterable<WatchEvent<T>>;
  create(object: T, options: WriteOptions, signal: AbortSignal): Promise<T>;
  update(object: T, options: WriteOptions, signal: AbortSignal): Promise<T>;
  updateStatus(object: T, options: WriteOptions, signal: AbortSignal): Promise<T>;
  patch(key: ObjectKey, patch: Patch, options: PatchOptions, signal: AbortSignal): Promise<T>;
  /** Server-side apply; `fieldManager` is required by the server. */
  apply(
    object: Partial<T> & Pick<T, "apiVersion" | "kind" | "metadata">,
    options: PatchOptions,
    signal: AbortSignal,
  ): Promise<T>;
  delete(key: ObjectKey, options: DeleteCall, signal: AbortSignal): Promise<void>;
  deleteCollection(options: DeleteCall & ListOptions, signal: AbortSignal): Promise<void>;
  /** A subresource of its own kind: `scale`, `binding`, `token`, `eviction`; or of this kind: `status`. */
  sub(name: string): SubresourceClient;
}

/** Options of a deletion, without the TypeMeta that the wire form carries. */
export type DeleteCall = Partial<Omit<DeleteOptions, "apiVersion" | "kind">>;

export interface SubresourceClient {
  get<R extends ApiObject>(key: ObjectKey, signal: AbortSignal): Promise<R>;
  create<R extends ApiObject>(key: ObjectKey, body: R, options: WriteOptions, signal: AbortSignal): Promise<R>;
  update<R extends ApiObject>(key: ObjectKey, body: R, options: WriteOptions, signal: AbortSignal): Promise<R>;
  patch<R extends ApiObject>(key: ObjectKey, patch: Patch, options: PatchOptions, signal: AbortSignal): Promise<R>;
}

/** A connection to one API server under one identity. */
export interface Client {
  resource<T extends ApiObject>(resource: Resource<T>): ResourceClient<T>;
  /** For what is no resource: discovery, version, health. `path` starts with `/`. */
  getJson(path: string, signal: AbortSignal): Promise<unknown>;
}
