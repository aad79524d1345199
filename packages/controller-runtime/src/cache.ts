import { type ApiObject, formatKey, keyOf, type ObjectKey } from "@skates/apimachinery";
import type { Held, KeysOf, Labels, LabelTest, Lister } from "./lister.ts";

/** What is known of an object without decoding it: what it is found by. */
export interface Entry<T extends ApiObject> {
  readonly id: string;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly labels: Labels | undefined;
  readonly held: Held<T>;
}

interface Index<T extends ApiObject> {
  readonly values: KeysOf<T>;
  readonly groups: Map<string, Group<T>>;
  /** Under which values an object is found, by its key: an object that is gone need not be decoded to be taken out. */
  readonly valuesOf: Map<string, readonly string[]>;
}

/**
 * Objects by key, namespace and indexes. They may be held encoded, by somebody who decodes them when asked: so lists are made anew
 * each time, and only the order of their keys is kept until something changes.
 */
export class ObjectCache<T extends ApiObject> implements Lister<T> {
  readonly #all = new Group<T>();
  readonly #indexes = new Map<string, Index<T>>();
  /** Made when first asked for: most caches never are. */
  #namespaces: Map<string, Group<T>> | undefined;

  get(key: ObjectKey): T | undefined {
    return this.#all.get(formatKey(key))?.held.object;
  }

  /** What is known of an object without decoding it. */
  entry(id: string): Entry<T> | undefined {
    return this.#all.get(id);
  }

  list(namespace?: string): readonly T[] {
    return this.#group(namespace)?.objects() ?? [];
  }

  matching(namespace: string | undefined, test: LabelTest): readonly T[] {
    return this.#group(namespace)?.objects(({ labels }) => test(labels)) ?? [];
  }

  by(index: string, value: string, test?: LabelTest): readonly T[] {
    const wanted = test === undefined ? undefined : ({ labels }: Entry<T>): boolean => test(labels);
    return this.#indexNamed(index).groups.get(value)?.objects(wanted) ?? [];
  }

  count(index: string, value: string): number {
    return this.#indexNamed(index).groups.get(value)?.size ?? 0;
  }

  values(index: string): readonly string[] {
    return [...this.#indexNamed(index).groups.keys()];
  }

  /** It is filled by others, who know. */
  resourceVersion(): string {
    return "";
  }

  addIndex(name: string, values: KeysOf<T>): void {
    if (this.#indexes.has(name)) return;
    const index: Index<T> = { values, groups: new Map(), valuesOf: new Map() };
    for (const entry of this.#all) replace(index, entry.id, entry);
    this.#indexes.set(name, index);
  }

  /** Keys of all that is here. */
  ids(): readonly string[] {
    return [...this.#all.ids()];
  }

  /** Puts an object in place of what has its key. It is looked at now; later only its holder knows it. */
  set(held: Held<T>): Entry<T> {
    const { metadata } = held.object;
    const id = formatKey(keyOf(held.object));
    const entry = {
      id,
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
      labels: metadata.labels,
      held,
    };
    this.#all.set(entry);
    for (const index of this.#indexes.values()) replace(index, id, entry);
    if (this.#namespaces !== undefined) addTo(this.#namespaces, namespaceOf(id), entry);
    return entry;
  }

  /** False if there was none. */
  delete(key: ObjectKey): boolean {
    const id = formatKey(key);
    if (this.#all.get(id) === undefined) return false;
    this.#all.delete(id);
    for (const index of this.#indexes.values()) replace(index, id, undefined);
    if (this.#namespaces !== undefined) removeFrom(this.#namespaces, namespaceOf(id), id);
    return true;
  }

  size(): number {
    return this.#all.size;
  }

  #indexNamed(name: string): Index<T> {
    const found = this.#indexes.get(name);
    if (found === undefined) throw new RangeError(`there is no index ${name}`);
    return found;
  }

  #group(namespace: string | undefined): Group<T> | undefined {
    if (namespace === undefined) return this.#all;
    if (this.#namespaces === undefined) {
      this.#namespaces = new Map();
      for (const entry of this.#all) addTo(this.#namespaces, namespaceOf(entry.id), entry);
    }
    return this.#namespaces.get(namespace);
  }
}

/** Keys are `namespace/name`, or a name alone. */
function namespaceOf(id: string): string {
  const slash = id.indexOf("/");
  return slash < 0 ? "" : id.slice(0, slash);
}

function replace<T extends ApiObject>(index: Index<T>, id: string, next: Entry<T> | undefined): void {
  const before = index.valuesOf.get(id) ?? NO_VALUES;
  const after = next === undefined ? NO_VALUES : index.values(next.held.object);
  for (const value of before) if (!after.includes(value)) removeFrom(index.groups, value, id);
  if (after.length === 0) index.valuesOf.delete(id);
  else index.valuesOf.set(id, after);
  if (next !== undefined) for (const value of after) addTo(index.groups, value, next);
}

const NO_VALUES: readonly string[] = [];

function addTo<T extends ApiObject>(groups: Map<string, Group<T>>, value: string, entry: Entry<T>): void {
  let group = groups.get(value);
  if (group === undefined) groups.set(value, (group = new Group()));
  group.set(entry);
}

function removeFrom<T extends ApiObject>(groups: Map<string, Group<T>>, value: string, id: string): void {
  const group = groups.get(value);
  group?.delete(id);
  if (group?.size === 0) groups.delete(value);
}

/** A set of objects; the order of their keys is made when somebody asks for it, and then kept. */
class Group<T extends ApiObject> {
  readonly #members = new Map<string, Entry<T>>();
  #ids: string[] | undefined;

  get size(): number {
    return this.#members.size;
  }
  get(id: string): Entry<T> | undefined {
    return this.#members.get(id);
  }
  set(entry: Entry<T>): void {
    if (this.#ids !== undefined && !this.#members.has(entry.id)) {
      this.#ids.splice(lowerBound(this.#ids, entry.id), 0, entry.id);
    }
    this.#members.set(entry.id, entry);
  }
  delete(id: string): void {
    if (this.#members.delete(id)) this.#ids?.splice(lowerBound(this.#ids, id), 1);
  }
  ids(): readonly string[] {
    this.#ids ??= [...this.#members.keys()].sort();
    return this.#ids;
  }
  objects(wanted?: (entry: Entry<T>) => boolean): readonly T[] {
    const out: T[] = [];
    for (const id of this.ids()) {
      const entry = this.#members.get(id);
      if (entry !== undefined && (wanted === undefined || wanted(entry))) out.push(entry.held.object);
    }
    return out;
  }
  *[Symbol.iterator](): Generator<Entry<T>> {
    yield* this.#members.values();
  }
}

/** Index of the first id that is not below `id`. */
function lowerBound(ids: readonly string[], id: string): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] ?? "") < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
