import type { Resource, Revision } from "@skates/apimachinery";
import { CacheEvent } from "./cache-event.ts";
import type { CachedObject, View } from "./cached-object.ts";
import { type StoredCodec, typeOf } from "./codec.ts";
import { EventRing, type RingLimits } from "./event-ring.ts";
import { type Selection, selects } from "./selection.ts";
import { SortedEntries } from "./sorted-entries.ts";
import type { Subscriber } from "./watcher.ts";

/** Fields with an index of their own, where a resource has them: each node asks for its pods. */
const INDEXED_FIELDS: readonly string[] = ["spec.nodeName"];

const DECODED_PER_TURN = 200;

/** All objects of one kind at the cache's revision, their recent events, and those who watch. */
export class ResourceCache {
  /** What all its keys start with, with a slash at the end. */
  readonly prefix: string;
  readonly resource: Resource;
  readonly codec: StoredCodec;
  readonly #codecs = new Map<string, StoredCodec>();
  readonly #entries = new SortedEntries();
  readonly #indexes = new Map<string, Map<string, Map<string, CachedObject>>>();
  readonly #groups = new Map<string, Set<Subscriber>>();
  readonly #ringLimits: RingLimits;
  /** Those of INDEXED_FIELDS that the resource has. */
  readonly #indexed: readonly string[];
  readonly #changeListeners = new Set<() => void>();
  #ring: EventRing;
  #changed: Revision;

  constructor(options: {
    readonly prefix: string;
    readonly codec: StoredCodec;
    readonly ringLimits: RingLimits;
    readonly revision: Revision;
  }) {
    this.prefix = options.prefix;
    this.codec = options.codec;
    this.resource = options.codec.resource;
    this.#ringLimits = options.ringLimits;
    this.#indexed = INDEXED_FIELDS.filter((path) => Object.hasOwn(this.resource.selectableFields, path));
    this.#ring = new EventRing(options.ringLimits, options.revision);
    this.#changed = options.revision;
  }

  /** Starts again from nothing, as of a revision: who watches must list again. */
  reset(revision: Revision): void {
    for (const group of this.#groups.values()) for (const watcher of group) watcher.end();
    this.#groups.clear();
    this.#indexes.clear();
    this.#entries.clear();
    this.#ring = new EventRing(this.#ringLimits, revision);
    this.#noteChange(revision);
  }

  /** Puts an object that was there from the start, without an event. */
  load(entry: CachedObject): void {
    this.#entries.set(entry);
    this.#noteChange(Math.max(this.#changed, entry.revision));
  }

  /** How a stored value is read: objects of kinds that others convert stay in the version that they were written in. */
  codecFor(value: Uint8Array): StoredCodec {
    const { exchange } = this.resource;
    if (exchange === undefined || this.codec.reads(value)) return this.codec;
    const { apiVersion } = typeOf(value);
    let codec = this.#codecs.get(apiVersion);
    const version = codec === undefined ? exchange.version(apiVersion) : undefined;
    if (version !== undefined) this.#codecs.set(apiVersion, (codec = this.codec.forVersion(version)));
    return codec ?? this.codec;
  }

  get(key: string): CachedObject | undefined {
    return this.#entries.get(key);
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * How many watch an object, alone or with all of its namespace or of the cluster. Those who ask by an indexed field are left out, as
   * upstream does: of them, few are about one object. Looked up, not counted: every write asks.
   */
  watchersOf(namespace: string, name: string): number {
    const sizeOf = (group: string): number => this.#groups.get(group)?.size ?? 0;
    const local = this.resource.namespaced && namespace !== "";
    return (
      sizeOf(`scope ${this.prefix}`) +
      (local ? sizeOf(`scope ${this.prefix}${namespace}/`) : 0) +
      (name === "" ? 0 : sizeOf(`key ${this.keyOf(namespace, name)}`))
    );
  }

  /** Revision of the last change of any of its objects, at most. */
  get changed(): Revision {
    return this.#changed;
  }

  /** Calls `listener` at each change, within it, until the function that it answers is called. */
  onChange(listener: () => void): () => void {
    this.#changeListeners.add(listener);
    return () => void this.#changeListeners.delete(listener);
  }

  #noteChange(revision: Revision): void {
    this.#changed = revision;
    for (const listener of this.#changeListeners) listener();
  }

  keyOf(namespace: string, name: string): string {
    return this.resource.namespaced ? `${this.prefix}${namespace}/${name}` : this.prefix + name;
  }

  /** The part of the key space that a selection is about. */
  scopeOf(selection: Selection): string {
    if (!this.resource.namespaced || selection.namespace === "") return this.prefix;
    return `${this.prefix}${selection.namespace}/`;
  }

  /** What may match a selection, in the order of keys; what can be told without selectors is told. */
  candidates(selection: Selection): readonly CachedObject[] {
    if (selection.name !== "" && (selection.namespace !== "" || !this.resource.namespaced)) {
      const entry = this.get(this.keyOf(selection.namespace, selection.name));
      return entry === undefined ? [] : [entry];
    }
    const scope = this.scopeOf(selection);
    const term = indexedTerm(selection);
    if (term === undefined) return this.#entries.under(scope);
    const found = [...(this.#index(term.path).get(term.value)?.values() ?? [])];
    return found.filter((entry) => entry.key.startsWith(scope)).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Builds the index that `candidates` will use, in turns, as objects may have to be decoded for it. */
  async prepare(selection: Selection, turn: () => Promise<void>): Promise<void> {
    const term = indexedTerm(selection);
    if (term === undefined || this.#indexes.has(term.path)) return;
    for (const [i, entry] of this.#entries.under(this.prefix).entries()) {
      if (i % DECODED_PER_TURN === DECODED_PER_TURN - 1) await turn();
      entry.field(term.path);
    }
    this.#index(term.path);
  }

  /** True if a candidate is in the selection, in a version. */
  matches(selection: Selection, entry: CachedObject, resource: Resource): boolean {
    if (selection.everything && selection.name === "") return true;
    const view: View = entry.view(resource);
    return selects(selection, view) && (selection.name === "" || entry.key.endsWith(`/${selection.name}`));
  }

  /** Takes a commit; gives the event to those who may want it, and answers how many they are. */
  apply(revision: Revision, key: string, current: CachedObject | undefined): number {
    const previous = this.#entries.get(key);
    if (current === undefined) this.#entries.delete(key);
    else this.#entries.set(current);
    this.#noteChange(revision);
    // Now the object is at hand; later it would have to be decoded for an index.
    for (const path of this.#indexed) current?.field(path);
    if (current === undefined && previous === undefined) return 0;
    this.#reindex(key, previous, current);
    const event = new CacheEvent(revision, { key, current, previous });
    this.#ring.push(event);
    return this.#notify(event);
  }

  /** Events later than a revision in the namespace, and of the name, of a selection; undefined when some are gone. */
  eventsAfter(revision: Revision, selection: Selection): readonly CacheEvent[] | undefined {
    return this.#ring.after(revision)?.filter((event) => this.#inScope(selection, event.key));
  }

  /** Oldest revision a watch can start from. */
  get since(): Revision {
    return this.#ring.since;
  }

  subscribe(watcher: Subscriber): void {
    const name = this.#groupOf(watcher.selection);
    const group = this.#groups.get(name);
    if (group === undefined) this.#groups.set(name, new Set([watcher]));
    else group.add(watcher);
  }

  unsubscribe(watcher: Subscriber): void {
    const name = this.#groupOf(watcher.selection);
    const group = this.#groups.get(name);
    group?.delete(watcher);
    if (group?.size === 0) this.#groups.delete(name);
  }

  /** Watchers are kept by the narrowest thing that they ask for, so that an event finds them without asking all. */
  #groupOf(selection: Selection): string {
    if (selection.name !== "" && (selection.namespace !== "" || !this.resource.namespaced)) {
      return `key ${this.keyOf(selection.namespace, selection.name)}`;
    }
    const term = indexedTerm(selection);
    if (term !== undefined) return `field ${term.path} ${term.value}`;
    return `scope ${this.scopeOf(selection)}`;
  }

  #notify(event: CacheEvent): number {
    if (this.#groups.size === 0) return 0;
    let asked = this.#notifyGroup(`scope ${this.prefix}`, event);
    if (this.resource.namespaced) {
      const slash = event.key.indexOf("/", this.prefix.length);
      if (slash > 0) asked += this.#notifyGroup(`scope ${event.key.slice(0, slash + 1)}`, event);
    }
    asked += this.#notifyGroup(`key ${event.key}`, event);
    for (const path of this.#indexed) {
      const now = event.current?.field(path);
      const before = event.previous?.field(path);
      if (now !== undefined) asked += this.#notifyGroup(`field ${path} ${now}`, event);
      if (before !== undefined && before !== now) asked += this.#notifyGroup(`field ${path} ${before}`, event);
    }
    return asked;
  }

  #notifyGroup(name: string, event: CacheEvent): number {
    const group = this.#groups.get(name);
    if (group === undefined) return 0;
    for (const watcher of group) if (this.#inScope(watcher.selection, event.key)) watcher.deliver(event);
    return group.size;
  }

  /** Groups by field span all namespaces, groups by scope all names. */
  #inScope(selection: Selection, key: string): boolean {
    if (selection.name !== "" && !key.endsWith(`/${selection.name}`)) return false;
    return !this.resource.namespaced || selection.namespace === "" || key.startsWith(this.scopeOf(selection));
  }

  #index(path: string): Map<string, Map<string, CachedObject>> {
    let index = this.#indexes.get(path);
    if (index !== undefined) return index;
    index = new Map();
    this.#indexes.set(path, index);
    for (const entry of this.#entries.under(this.prefix)) addTo(index, entry.field(path), entry);
    return index;
  }

  #reindex(key: string, previous: CachedObject | undefined, current: CachedObject | undefined): void {
    for (const [path, index] of this.#indexes) {
      const before = previous?.field(path);
      if (before !== undefined) {
        const bucket = index.get(before);
        bucket?.delete(key);
        if (bucket?.size === 0) index.delete(before);
      }
      if (current !== undefined) addTo(index, current.field(path), current);
    }
  }
}

function addTo(index: Map<string, Map<string, CachedObject>>, value: string, entry: CachedObject): void {
  const bucket = index.get(value);
  if (bucket === undefined) index.set(value, new Map([[entry.key, entry]]));
  else bucket.set(entry.key, entry);
}

function indexedTerm(selection: Selection): { readonly path: string; readonly value: string } | undefined {
  return selection.fields.find((term) => term.equal && INDEXED_FIELDS.includes(term.path));
}
