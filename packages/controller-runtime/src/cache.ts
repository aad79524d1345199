import { type ApiObject, formatKey, keyOf, type ObjectKey } from "@skates/apimachinery";
import type { KeysOf, Lister } from "./lister.ts";

interface Index<T extends ApiObject> {
  readonly values: KeysOf<T>;
  readonly groups: Map<string, Group<T>>;
}

/** Objects by key, namespace and indexes. Lists are made when asked for and shared until the next change. */
export class ObjectCache<T extends ApiObject> implements Lister<T> {
  readonly #all = new Group<T>();
  readonly #indexes = new Map<string, Index<T>>();
  /** Made when first asked for: most caches never are. */
  #namespaces: Index<T> | undefined;

  get(key: ObjectKey): T | undefined {
    return this.#all.get(formatKey(key));
  }

  list(namespace?: string): readonly T[] {
    if (namespace === undefined) return this.#all.sorted();
    this.#namespaces ??= this.#index((object) => [object.metadata.namespace ?? ""]);
    return this.#namespaces.groups.get(namespace)?.sorted() ?? [];
  }

  by(index: string, value: string): readonly T[] {
    const found = this.#indexes.get(index);
    if (found === undefined) throw new RangeError(`there is no index ${index}`);
    return found.groups.get(value)?.sorted() ?? [];
  }

  addIndex(name: string, values: KeysOf<T>): void {
    if (!this.#indexes.has(name)) this.#indexes.set(name, this.#index(values));
  }

  /** Puts an object in place of what has its key, which is returned. */
  set(object: T): T | undefined {
    const id = formatKey(keyOf(object));
    const old = this.#all.get(id);
    this.#all.set(id, object);
    for (const index of this.#everyIndex()) replace(index, id, old, object);
    return old;
  }

  delete(key: ObjectKey): T | undefined {
    const id = formatKey(key);
    const old = this.#all.get(id);
    if (old === undefined) return undefined;
    this.#all.delete(id);
    for (const index of this.#everyIndex()) replace(index, id, old, undefined);
    return old;
  }

  size(): number {
    return this.#all.size;
  }

  #everyIndex(): readonly Index<T>[] {
    const out = [...this.#indexes.values()];
    if (this.#namespaces !== undefined) out.push(this.#namespaces);
    return out;
  }

  #index(values: KeysOf<T>): Index<T> {
    const index: Index<T> = { values, groups: new Map() };
    for (const object of this.#all.sorted()) replace(index, formatKey(keyOf(object)), undefined, object);
    return index;
  }
}

function replace<T extends ApiObject>(index: Index<T>, id: string, old: T | undefined, next: T | undefined): void {
  const before = old === undefined ? [] : index.values(old);
  const after = next === undefined ? [] : index.values(next);
  for (const value of before) {
    if (after.includes(value)) continue;
    const group = index.groups.get(value);
    group?.delete(id);
    if (group?.size === 0) index.groups.delete(value);
  }
  if (next === undefined) return;
  for (const value of after) {
    let group = index.groups.get(value);
    if (group === undefined) index.groups.set(value, (group = new Group()));
    group.set(id, next);
  }
}

/** A set of objects with a sorted list of them that is kept until something changes. */
class Group<T> {
  readonly #members = new Map<string, T>();
  #ids: string[] | undefined;
  #sorted: readonly T[] | undefined;

  get size(): number {
    return this.#members.size;
  }
  get(id: string): T | undefined {
    return this.#members.get(id);
  }
  set(id: string, object: T): void {
    if (!this.#members.has(id)) this.#ids = undefined;
    this.#members.set(id, object);
    this.#sorted = undefined;
  }
  delete(id: string): void {
    if (!this.#members.delete(id)) return;
    this.#ids = undefined;
    this.#sorted = undefined;
  }
  sorted(): readonly T[] {
    if (this.#sorted !== undefined) return this.#sorted;
    this.#ids ??= [...this.#members.keys()].sort();
    const out: T[] = [];
    for (const id of this.#ids) {
      const object = this.#members.get(id);
      if (object !== undefined) out.push(object);
    }
    this.#sorted = out;
    return out;
  }
}
