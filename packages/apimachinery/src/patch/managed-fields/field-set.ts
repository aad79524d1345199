import { isEmptyRecord } from "../../schema/equal.ts";

/**
 * A set of field paths in the form that FieldsV1 has on the wire: a tree whose keys are path elements (`f:spec`,
 * `k:{"name":"web"}`, `v:"x"`). A node is a member if it has no children or has the key `.`. Keys are sorted. The root is no
 * member; the empty root is the empty set. Immutable; operations share what they can.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

export const EMPTY_SET: FieldSet = Object.freeze({});
const MEMBER: FieldSet = EMPTY_SET;

/** True if the node itself, not only something below it, is in the set. */
export function isMember(node: FieldSet): boolean {
  return node["."] !== undefined || isEmptyRecord(node);
}

export function isEmptySet(set: FieldSet): boolean {
  return isEmptyRecord(set);
}

/** All paths of both sets. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmptyRecord(b)) return a;
  if (isEmptyRecord(a)) return b;
  return unionChildren(a, b, false);
}

/** The paths of `a` that are not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptyRecord(b) || isEmptyRecord(a)) return a;
  let next: Record<string, FieldSet> | undefined;
  for (const key of Object.keys(a)) {
    const node = a[key];
    const other = b[key];
    if (node === undefined || other === undefined || key === ".") continue;
    const rest = nodeDifference(node, other);
    if (rest === node) continue;
    next ??= { ...a };
    if (rest === undefined) delete next[key];
    else next[key] = rest;
  }
  return next ?? a;
}

/** The paths that are in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const next: Record<string, FieldSet> = {};
  for (const key of Object.keys(a)) {
    const node = a[key];
    const other = b[key];
    if (node === undefined || other === undefined || key === ".") continue;
    const both = nodeIntersection(node, other);
    if (both !== undefined) next[key] = both;
  }
  return isEmptyRecord(next) ? EMPTY_SET : next;
}

/** `a` without the paths of `b` and all that lies below them. */
export function without(a: FieldSet, b: FieldSet): FieldSet {
  let next: Record<string, FieldSet> | undefined;
  for (const key of Object.keys(b)) {
    const node = a[key];
    const gone = b[key];
    if (node === undefined || gone === undefined || key === ".") continue;
    next ??= { ...a };
    if (isMember(gone)) delete next[key];
    else keepNode(next, key, without(node, gone));
  }
  return next ?? a;
}

/** Every member's path, as a list of elements. */
export function paths(set: FieldSet): readonly (readonly string[])[] {
  const out: (readonly string[])[] = [];
  const visit = (node: FieldSet, path: readonly string[]): void => {
    if (path.length > 0 && isMember(node)) out.push(path);
    for (const key of Object.keys(node)) {
      const child = node[key];
      if (key !== "." && child !== undefined) visit(child, [...path, key]);
    }
  };
  visit(set, []);
  return out;
}

/** A set of paths given by field names: `status`, `metadata.labels`. */
export function fieldSetOf(fields: readonly string[]): FieldSet {
  let set = EMPTY_SET;
  const [first] = fields;
  if (fields.length === 1 && first !== undefined && !first.includes(".")) return { [`f:${first}`]: MEMBER };
  for (const field of fields) {
    const elements = field.split(".").map((name) => `f:${name}`);
    set = union(
      set,
      elements.reduceRight((node: FieldSet, element) => ({ [element]: node }), MEMBER),
    );
  }
  return set;
}

function keepNode(into: Record<string, FieldSet>, key: string, node: FieldSet): void {
  if (isEmptyRecord(node)) delete into[key];
  else into[key] = node;
}

function nodeUnion(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  const aMember = isMember(a);
  const bMember = isMember(b);
  if (isEmptyRecord(a) && isEmptyRecord(b)) return a;
  if (isEmptyRecord(a)) return bMember ? b : unionChildren(b, { ".": MEMBER }, true);
  if (isEmptyRecord(b)) return aMember ? a : unionChildren(a, { ".": MEMBER }, true);
  return unionChildren(a, b, aMember || bMember);
}

function unionChildren(a: FieldSet, b: FieldSet, member: boolean): FieldSet {
  let added = false;
  const merged: Record<string, FieldSet> = {};
  let changed = member && a["."] === undefined;
  if (member) merged["."] = MEMBER;
  for (const key of Object.keys(a)) {
    const node = a[key];
    const other = b[key];
    if (key === "." || node === undefined) continue;
    const next = other === undefined ? node : nodeUnion(node, other);
    if (next !== node) changed = true;
    merged[key] = next;
  }
  for (const key of Object.keys(b)) {
    const node = b[key];
    if (key === "." || node === undefined || a[key] !== undefined) continue;
    merged[key] = node;
    added = true;
  }
  if (added) return sorted(merged);
  return changed ? merged : a;
}

/** What is left of a node, or undefined when nothing is. */
function nodeDifference(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const member = isMember(a) && !isMember(b);
  const rest = difference(a, b);
  if (isEmptyRecord(rest)) return member ? a : undefined;
  if (member === (rest["."] !== undefined)) return rest;
  const { ".": _, ...children } = rest;
  if (member) return { ".": MEMBER, ...children };
  return isEmptyRecord(children) ? undefined : children;
}

function nodeIntersection(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const member = isMember(a) && isMember(b);
  const children = intersection(a, b);
  if (isEmptyRecord(children)) return member ? MEMBER : undefined;
  return member ? { ".": MEMBER, ...children } : children;
}

function sorted(set: Readonly<Record<string, FieldSet>>): FieldSet {
  const out: Record<string, FieldSet> = {};
  for (const key of Object.keys(set).sort(compareElements)) {
    const node = set[key];
    if (node !== undefined) out[key] = node;
  }
  return out;
}

/** Elements with numbers in them do not sort as text does. */
const NUMERIC = /^(?:k:\{.*:|v:)-?[0-9]/;

/** True if the element holds numbers, which are not in the order of their text. */
export function isNumeric(element: string): boolean {
  return NUMERIC.test(element);
}

/** Upstream's order: the member mark, fields by name, keys by their values, values. */
export function compareElements(a: string, b: string): number {
  const plain = !NUMERIC.test(a) || !NUMERIC.test(b);
  if (plain) return a < b ? -1 : a > b ? 1 : 0;
  if (a.startsWith("k:") && b.startsWith("k:")) return compareJson(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)));
  if (a.startsWith("v:") && b.startsWith("v:")) return compareJson(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)));
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareJson(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "object" && typeof b === "object" && a !== null && b !== null) {
    const left = Object.entries(a) as [string, unknown][];
    const right = Object.entries(b) as [string, unknown][];
    for (const [index, [name, value]] of left.entries()) {
      const other = right[index];
      if (other === undefined) return 1;
      if (name !== other[0]) return name < other[0] ? -1 : 1;
      const order = compareJson(value, other[1]);
      if (order !== 0) return order;
    }
    return left.length - right.length;
  }
  const x = `${typeof a}${String(a)}`;
  const y = `${typeof b}${String(b)}`;
  return x < y ? -1 : x > y ? 1 : 0;
}
