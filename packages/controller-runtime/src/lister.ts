import type { ApiObject, ObjectKey } from "@skates/apimachinery";

/**
 * Read side of an informer's cache. Objects are shared and immutable. In the process of the API server they are its own, which are
 * decoded again when nobody has asked for them in a while: so asking twice may give two equal objects, and going through all of many
 * thousands is dear.
 */
export interface Lister<T extends ApiObject> {
  get(key: ObjectKey): T | undefined;
  /** All, or those of one namespace, in the order of their keys. */
  list(namespace?: string): readonly T[];
  /** Those whose labels pass, in the order of their keys; without a namespace, of all. The others are not even decoded. */
  matching(namespace: string | undefined, test: LabelTest): readonly T[];
  /**
   * Objects for which the index function gave this value, in the order of their keys; with a test only those whose labels pass, and the
   * others are not even decoded.
   */
  by(index: string, value: string, test?: LabelTest): readonly T[];
  /** How many there are; none is decoded. */
  count(index: string, value: string): number;
  /** The values under which an index finds anything. */
  values(index: string): readonly string[];
  /** All changes up to here are known; empty: before the first list, or where nothing is followed. */
  resourceVersion(): string;
}

/** An object, decoded already or when it is asked for. */
export interface Held<T extends ApiObject> {
  readonly object: T;
}

export type Labels = Readonly<Record<string, string>>;
export type LabelTest = (labels: Labels | undefined) => boolean;

/** A change seen by an informer. */
export type Delta<T extends ApiObject> =
  | { readonly type: "added"; readonly object: T }
  | { readonly type: "updated"; readonly object: T; readonly old: T }
  | { readonly type: "deleted"; readonly object: T };

/** Values under which an object is found. Declared as a method, so that an index of one kind may stand among those of all. */
export type KeysOf<T> = { read(object: T): readonly string[] }["read"];

export interface InformerOptions<T extends ApiObject> {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** What the cache keeps of an object, when not all of it is needed. Key, uid and resourceVersion must stay. */
  readonly keep?: { read(object: T): T }["read"] | undefined;
  /** Index name to the values under which an object is found. */
  readonly indexes?: Readonly<Record<string, KeysOf<T>>> | undefined;
}

/** Lists once, then watches; relists when the watch is lost for too long. Reconnects with backoff and jitter. */
export interface Informer<T extends ApiObject> extends Lister<T> {
  /** Works until `signal` aborts. Call once. */
  run(signal: AbortSignal): Promise<void>;
  synced(): boolean;
  whenSynced(signal: AbortSignal): Promise<void>;
  /** Called for each change, synchronously after the cache has it, objects that exist included. Returns the function that ends it. */
  subscribe(listener: (delta: Delta<T>) => void): () => void;
  /** Resolves as soon as `condition` holds; it is asked now and after each change of the cache or of its resourceVersion. */
  until(condition: () => boolean, signal: AbortSignal): Promise<void>;
  /** Finds objects by a further index; one that exists already by this name is kept. */
  addIndex(name: string, values: KeysOf<T>): void;
  /** Gives up the watch and lists anew, for when the cache seems to lag. */
  relist(): void;
}
