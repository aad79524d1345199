import type { Struct } from "./struct.ts";

/** Remembers what was derived from a struct, as long as the struct lives. `derive` must be pure. */
export function memo<T extends object>(derive: (struct: Struct) => T): (struct: Struct) => T {
  const derived = new WeakMap<Struct, T>();
  return (struct) => {
    const known = derived.get(struct);
    if (known !== undefined) return known;
    const made = derive(struct);
    derived.set(struct, made);
    return made;
  };
}
