import { equalValues, isEmptyRecord } from "../../schema/equal.ts";
import { compareElements, EMPTY_SET, type FieldSet } from "./field-set.ts";
import { type FieldLayout, type Layout, restOf, settled, type StructLayout } from "./layout.ts";

/** What differs between two values: paths that are new or have another value, and paths that are gone. */
export interface Changes {
  readonly set: FieldSet;
  readonly removed: FieldSet;
}

/** Compares two objects of one struct. Subtrees that are shared cost nothing. */
export function compareObjects(layout: Layout, old: unknown, next: unknown): Changes {
  const change = compare(layout, old, next);
  return { set: change?.set ?? EMPTY_SET, removed: change?.removed ?? EMPTY_SET };
}

/** Changes at and below a node; an empty set here is the node itself. */
interface Change {
  readonly set?: FieldSet | undefined;
  readonly removed?: FieldSet | undefined;
}

const SET: Change = { set: EMPTY_SET };
const REMOVED: Change = { removed: EMPTY_SET };

/** Undefined stands for a value that is not there; at least one of both is. */
function compare(declared: Layout, old: unknown, next: unknown): Change | undefined {
  if (old === next) return undefined;
  const layout = settled(declared, old, next);
  if (layout.kind === "leaf" || (isEmpty(old) && isEmpty(next))) return compareLeaf(old, next);
  switch (layout.kind) {
    case "struct":
      return finish(compareStruct(layout, old, next), old, next);
    case "map":
      return finish(compareMap(layout.values, old, next), old, next);
    case "list":
      return finish(compareList(layout, old, next), old, next);
  }
}

function compareLeaf(old: unknown, next: unknown): Change | undefined {
  if (next === undefined) return REMOVED;
  return old === undefined || !equalValues(old, next) ? SET : undefined;
}

/** Marks the node itself where it came or went as a whole. */
function finish(parts: Parts, old: unknown, next: unknown): Change | undefined {
  const { set, removed } = parts;
  if (old === undefined) return { set: set === undefined ? EMPTY_SET : { ".": EMPTY_SET, ...set }, removed };
  if (next === undefined) return { set, removed: removed === undefined ? EMPTY_SET : { ".": EMPTY_SET, ...removed } };
  return set === undefined && removed === undefined ? undefined : parts;
}

interface Parts {
  set?: Record<string, FieldSet> | undefined;
  removed?: Record<string, FieldSet> | undefined;
}

function add(parts: Parts, element: string, change: Change | undefined): void {
  if (change === undefined) return;
  if (change.set !== undefined) (parts.set ??= {})[element] = change.set;
  if (change.removed !== undefined) (parts.removed ??= {})[element] = change.removed;
}

type Members = Readonly<Record<string, unknown>>;

/** Stands for the zero value of a field that is always written. */
const ZERO: unique symbol = Symbol("zero");

function compareStruct(layout: StructLayout, old: unknown, next: unknown): Parts {
  const parts: Parts =
    layout.rest === undefined ? {} : compareMap(layout.rest, restOf(layout, old), restOf(layout, next));
  const before = old === ZERO ? NOTHING : (old as Members | undefined);
  const after = next === ZERO ? NOTHING : (next as Members | undefined);
  for (const field of layout.fields()) {
    const was = before?.[field.name];
    const is = after?.[field.name];
    if (was === is && before !== undefined && after !== undefined) continue;
    add(parts, field.element, compareField(field, present(field, before, was), present(field, after, is)));
  }
  return parts;
}

const NOTHING: Members = Object.freeze({});

function present(field: FieldLayout, holder: Members | undefined, value: unknown): unknown {
  if (holder === undefined) return undefined;
  if (field.always) return value === undefined || value === null ? ZERO : value;
  return field.absent(value) ? undefined : value;
}

function compareField(field: FieldLayout, was: unknown, is: unknown): Change | undefined {
  if (was === is) return undefined;
  if (was === ZERO && is !== undefined && isZeroLike(is)) return undefined;
  if (is === ZERO && was !== undefined && isZeroLike(was)) return undefined;
  return compare(field.layout, was, is);
}

/** Says no more than the zero value. */
export function isZeroLike(value: unknown): boolean {
  return value === "" || value === 0 || value === false || isEmpty(value);
}

function compareMap(values: Layout, old: unknown, next: unknown): Parts {
  const parts: Parts = {};
  const before = isMembers(old) ? old : NOTHING;
  const after = isMembers(next) ? next : NOTHING;
  for (const key of keysOf(before, after)) {
    const was = Object.hasOwn(before, key) ? before[key] : undefined;
    const is = Object.hasOwn(after, key) ? after[key] : undefined;
    if (was !== is) add(parts, `f:${key}`, compare(values, was, is));
  }
  return parts;
}

function keysOf(before: Members, after: Members): readonly string[] {
  const keys = Object.keys(after);
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) keys.push(key);
  return keys.length > 1 ? keys.sort() : keys;
}

function compareList(layout: Layout & { readonly kind: "list" }, old: unknown, next: unknown): Parts {
  const parts: Parts = {};
  const before = itemsByElement(layout, old);
  const after = itemsByElement(layout, next);
  const elements = [...after.keys()];
  for (const element of before.keys()) if (!after.has(element)) elements.push(element);
  if (elements.length > 1) elements.sort(compareElements);
  for (const element of elements) {
    const was = before.get(element);
    const is = after.get(element);
    if (was === is) continue;
    // An item that is there several times is owned as one.
    const whole = was instanceof Repeated || is instanceof Repeated;
    add(parts, element, whole ? compareLeaf(plain(was), plain(is)) : compare(layout.items, was, is));
  }
  return parts;
}

class Repeated {
  readonly items: unknown[];
  constructor(items: unknown[]) {
    this.items = items;
  }
}

function plain(value: unknown): unknown {
  return value instanceof Repeated ? value.items : value;
}

const NO_ITEMS: ReadonlyMap<string, unknown> = new Map();

function itemsByElement(layout: Layout & { readonly kind: "list" }, list: unknown): ReadonlyMap<string, unknown> {
  if (!Array.isArray(list) || list.length === 0) return NO_ITEMS;
  const found = new Map<string, unknown>();
  for (const item of list as readonly unknown[]) {
    const element = layout.element(item);
    if (element === undefined) continue;
    const other = found.get(element);
    if (other === undefined) found.set(element, item);
    else if (other instanceof Repeated) other.items.push(item);
    else found.set(element, new Repeated([other, item]));
  }
  return found;
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True for what is not there, and for a list, map or struct with nothing in it. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === ZERO) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && value !== null && isEmptyRecord(value);
}
