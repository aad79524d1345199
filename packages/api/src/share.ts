/** Maps a list and gives back the very same list when no item changed. */
export function mapShared<T>(items: readonly T[], change: (item: T, index: number) => T): readonly T[] {
  let out: T[] | undefined;
  items.forEach((item, index) => {
    const next = change(item, index);
    if (next === item && out === undefined) return;
    out ??= items.slice(0, index);
    out.push(next);
  });
  return out ?? items;
}

/** True when two values have the same JSON form; absent and `undefined` properties are alike. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) return sameLists(a, b);
  return sameRecords(a, b);
}

function sameLists(a: object, b: object): boolean {
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((item: unknown, index) => same(item, b[index]));
}

function sameRecords(a: object, b: object): boolean {
  const before = new Map(Object.entries(a).filter(([, value]) => value !== undefined));
  const after = Object.entries(b).filter(([, value]) => value !== undefined);
  return before.size === after.length && after.every(([key, value]) => before.has(key) && same(before.get(key), value));
}
