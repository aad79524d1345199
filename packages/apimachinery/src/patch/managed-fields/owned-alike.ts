import { isRecord } from "../../schema/record.ts";
import type { Struct } from "../../schema/struct.ts";
import { isEmpty, isZeroLike } from "./compare.ts";
import { type FieldLayout, type Layout, objectLayout, type StructLayout } from "./layout.ts";

type Names = ReadonlySet<string>;

/** What of an object is not recorded: names of its own fields, and of its metadata's. */
export interface Unowned {
  readonly unowned: Names;
  readonly unownedMetadata: Names;
}

/**
 * True only if whoever created either object owns the same fields of it: they have the same members, and their lists the same items by
 * name, whatever their values are. It may say false of objects that are alike, but then only costs time.
 */
export function ownedAlike(
  struct: Struct,
  { a, b }: { readonly a: unknown; readonly b: unknown },
  { unowned, unownedMetadata }: Unowned,
): boolean {
  const within = (name: string): Names => (name === "metadata" ? unownedMetadata : NONE);
  return a === b || structsAlike(objectLayout(struct), { a, b }, { left: unowned, within });
}

const NONE: Names = new Set();

interface Pair {
  readonly a: unknown;
  readonly b: unknown;
}

interface Left {
  /** Not looked at here. */
  readonly left: Names;
  /** Nor these within a member. */
  within(name: string): Names;
}

const NOTHING_LEFT: Left = { left: NONE, within: () => NONE };

function structsAlike(layout: StructLayout, { a, b }: Pair, { left, within }: Left): boolean {
  if (!isRecord(a) || !isRecord(b)) return false;
  const byName = layout.byName();
  let count = 0;
  for (const name in b) {
    const member = b[name];
    if (member === undefined || left.has(name)) continue;
    count++;
    const other = a[name];
    if (other === undefined) return false;
    if (other === member) continue;
    const field = byName.get(name);
    // Members that no field names are owned too where they are kept at all.
    if (field === undefined && layout.rest !== undefined) return false;
    if (field !== undefined && !fieldsAlike(field, { a: other, b: member }, within(name))) return false;
  }
  for (const name in a) if (a[name] !== undefined && !left.has(name)) count--;
  return count === 0;
}

function fieldsAlike(field: FieldLayout, pair: Pair, left: Names): boolean {
  const { a, b } = pair;
  if (field.absent(a) !== field.absent(b) || isZeroLike(a) !== isZeroLike(b)) return false;
  const { layout } = field;
  if (left.size > 0) return layout.kind === "struct" && structsAlike(layout, pair, { left, within: () => NONE });
  return alike(layout, pair);
}

function alike(layout: Layout, pair: Pair): boolean {
  if (pair.a === pair.b) return true;
  switch (layout.kind) {
    case "leaf":
      return true;
    case "deduced":
      return false;
    case "struct":
      return isEmpty(pair.a) === isEmpty(pair.b) && structsAlike(layout, pair, NOTHING_LEFT);
    case "map":
      return mapsAlike(layout.values, pair);
    case "list":
      return listsAlike(layout, pair);
  }
}

function mapsAlike(values: Layout, { a, b }: Pair): boolean {
  if (!isRecord(a) || !isRecord(b)) return false;
  let count = 0;
  for (const key in b) {
    const member = b[key];
    if (member === undefined) continue;
    count++;
    const other = Object.hasOwn(a, key) ? a[key] : undefined;
    if (other === undefined || !alike(values, { a: other, b: member })) return false;
  }
  for (const key in a) if (a[key] !== undefined) count--;
  return count === 0;
}

function listsAlike(layout: Layout & { readonly kind: "list" }, { a, b }: Pair): boolean {
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const pair: Pair = { a: a[i], b: b[i] };
    if (pair.a === pair.b) continue;
    if (!sameName(layout.names, pair) || !alike(layout.items, pair)) return false;
  }
  return true;
}

/** Without names, items are their own names. */
function sameName(names: readonly string[] | undefined, { a, b }: Pair): boolean {
  if (names === undefined) return false;
  if (!isRecord(a) || !isRecord(b)) return false;
  return names.every((name) => a[name] === b[name]);
}
