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
