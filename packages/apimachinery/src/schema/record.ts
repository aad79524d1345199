/** A JSON object before anything is known of it. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** True for JSON objects: not null, not a list. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Construct with `new`: an object that inherits nothing, yet keeps V8's fast property layout (unlike `Object.create(null)`). */
const Bag = function () {} as unknown as { new (): Record<string, never>; prototype: object };
Bag.prototype = Object.freeze(Object.create(null)) as object;

/** An empty map with text keys that inherits nothing: `__proto__` and `constructor` are keys like any other. */
export function newMap<T>(): Record<string, T> {
  return new Bag() as Record<string, T>;
}

/** True if `value` inherits nothing, so that any text is safe as a key. */
export function isBareMap(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Bag.prototype || prototype === null;
}

/** A map that inherits nothing, with the entries given. */
export function mapOf<T>(entries: Readonly<Record<string, T>> | Iterable<readonly [string, T]>): Record<string, T> {
  const out = newMap<T>();
  const list = Symbol.iterator in entries ? (entries as Iterable<readonly [string, T]>) : Object.entries(entries);
  for (const [key, value] of list) out[key] = value;
  return out;
}
