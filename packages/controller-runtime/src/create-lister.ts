import type { ApiObject } from "@skates/apimachinery";
import { ObjectCache } from "./cache.ts";
import type { KeysOf, Lister } from "./lister.ts";

/** A lister of given objects: for plans that are made outside a running controller. */
export function createLister<T extends ApiObject>(
  objects: readonly T[],
  indexes: Readonly<Record<string, KeysOf<NoInfer<T>>>> = {},
): Lister<T> {
  const cache = new ObjectCache<T>();
  for (const [name, values] of Object.entries(indexes)) cache.addIndex(name, values);
  for (const object of objects) cache.set({ object });
  return cache;
}
