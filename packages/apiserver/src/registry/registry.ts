import type { ApiObject, Encoded, ObjectKey, Resource, Revision, UserInfo } from "@skates/apimachinery";

/** Who writes, for what the server does on behalf of a request (bindings, evictions) or of itself. */
export interface Writer {
  readonly user: UserInfo;
  /** Wall clock, ms since the epoch. */
  readonly nowMs: number;
  /** Recorded in managedFields. */
  readonly fieldManager: string;
  readonly dryRun: boolean;
  /** Selects the view that conventions and strategy apply; absent: the object itself. */
  readonly subresource?: string | undefined;
}

/** The server's objects, for what runs inside the server: admission plugins, authorizers and special handlers. */
export interface Registry {
  /** All that is served, in the order of registration. */
  resources(): readonly Resource[];
  /** Changes whenever a resource comes or goes. */
  servedGeneration(): number;
  /** Serves a resource from now on; objects that are stored already are found. Throws when it is there. */
  add(resource: Resource): void;
  /** Ends its watches; stored objects stay. */
  remove(resource: Resource): void;
  /** The newest state. */
  get<T extends ApiObject>(resource: Resource<T>, key: ObjectKey, signal: AbortSignal): Promise<T | undefined>;
  /** From the cache, which may be some milliseconds behind. A kind that others convert may come in the version it is stored in. */
  cached<T extends ApiObject>(resource: Resource<T>, key: ObjectKey): T | undefined;
  /** From the cache; what the cache does not have yet is looked for in the store. */
  find<T extends ApiObject>(resource: Resource<T>, key: ObjectKey, signal: AbortSignal): Promise<T | undefined>;
  /** From the cache, in the order of keys; absent namespace: all. Versions as with `cached`. */
  cachedList<T extends ApiObject>(resource: Resource<T>, namespace?: string): readonly T[];
  /** Those of a `cachedList` that have the value in a selectable field; where the cache has an index, only they are decoded. */
  cachedWhere<T extends ApiObject>(resource: Resource<T>, field: string, value: string): readonly T[];
  /** Changes whenever an object of the resource changes in the cache: what is made of a `cachedList` stays right until then. */
  cachedRevision(resource: Pick<Resource, "group" | "version" | "plural">): Revision;
  /**
   * Resolves at the next change after this call of any object of these resources in the cache, or when `signal` aborts: whoever calls it before
   * he looks misses nothing. Never rejects. Resources that are not served do not change.
   */
  changed(resources: readonly Pick<Resource, "group" | "version" | "plural">[], signal: AbortSignal): Promise<void>;
  /** How many objects there are of a resource. */
  countOf(resource: Pick<Resource, "group" | "version" | "plural">): number;
  /**
   * How many watch an object, by its name, its namespace or all of its kind; without a name or namespace, those of the narrower kinds
   * are not counted. Nor are those who ask by a field that has an index.
   */
  watchersOf(resource: Pick<Resource, "group" | "version" | "plural">, key: ObjectKey): number;
  /**
   * Writes what `change` makes of the newest state, again after a conflict, without admission. Throws NotFound when the object is
   * not there, and whatever `change` throws; returning the same object writes nothing.
   */
  modify<T extends ApiObject>(
    resource: Resource<T>,
    target: { readonly key: ObjectKey; readonly writer: Writer; change(current: T): T },
    signal: AbortSignal,
  ): Promise<Encoded>;
}
