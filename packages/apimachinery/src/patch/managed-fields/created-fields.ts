import { JsonSink } from "../../schema/json-sink.ts";
import { isRecord, mapOf } from "../../schema/record.ts";
import type { Struct } from "../../schema/struct.ts";
import { isEmpty, isZeroLike } from "./compare.ts";
import { compareElements, isNumeric } from "./field-set.ts";
import type { Unowned } from "./owned-alike.ts";
import { type FieldLayout, type Layout, objectLayout, restOf, settled, type StructLayout } from "./layout.ts";

/** What is left out of a record, by the names of its fields. */
type Left = ReadonlySet<string>;

export interface CreatedFields extends Unowned {
  /** Used on the way; what it held is lost. */
  readonly sink?: JsonSink | undefined;
}

/**
 * The JSON of the fields that the creator of an object owns; undefined if there are none. It is what a comparison with nothing
 * would find, written in one walk.
 */
export function createdFields(
  struct: Struct,
  object: unknown,
  { unowned, unownedMetadata, sink = new JsonSink() }: CreatedFields,
): string | undefined {
  const layout = objectLayout(struct);
  sink.clear();
  sink.byte(OPEN);
  let first = true;
  for (const field of layout.fields()) {
    if (unowned.has(field.name)) continue;
    const left = field.name === "metadata" ? unownedMetadata : NOTHING_LEFT;
    if (writePart(field, object as Members, { sink, first, left })) first = false;
  }
  if (layout.rest !== undefined) {
    const rest = mapOf(Object.entries(restOf(layout, object) ?? {}).filter(([name]) => !unowned.has(name)));
    if (writeMembers(layout.rest, rest, { sink, first })) first = false;
  }
  sink.byte(CLOSE);
  return first ? undefined : sink.toText();
}

const OPEN = 0x7b;
const CLOSE = 0x7d;
const COMMA = 0x2c;
const COLON = 0x3a;

type Members = Readonly<Record<string, unknown>>;
const NOTHING_LEFT: Left = new Set();
const NO_MEMBERS: Members = {};
const MEMBER = "{}";

interface Place {
  readonly sink: JsonSink;
  /** No comma before it. */
  readonly first: boolean;
  readonly left: Left;
}

/**
 * A field of a record that was there before, with nothing in it; a field that is always written was there too, as its zero value.
 * False if there is nothing to own.
 */
function writePart(field: FieldLayout, record: Members, { sink, first, left }: Place): boolean {
  const value = record[field.name];
  const { layout } = field;
  if (!field.always) {
    if (field.absent(value)) return false;
    sink.key(field.key, first);
    writeWhole(layout, value, sink);
    return true;
  }
  if (value === undefined || value === null || isZeroLike(value)) return false;
  const start = sink.length;
  sink.key(field.key, first);
  if (layout.kind === "leaf") sink.text(MEMBER);
  else if (!writeWithin(layout, value, { sink, left })) {
    sink.rewind(start);
    return false;
  }
  return true;
}

/** What is in a value that was there before; false if that is nothing. */
function writeWithin(declared: Layout, value: unknown, { sink, left }: Omit<Place, "first">): boolean {
  const layout = settled(declared, value);
  sink.byte(OPEN);
  let first = true;
  if (layout.kind === "struct") {
    for (const inner of layout.fields()) {
      if (left.has(inner.name)) continue;
      if (writePart(inner, value as Members, { sink, first, left: NOTHING_LEFT })) first = false;
    }
  } else if (layout.kind !== "leaf") first = !writeItems(layout, value, { sink, first });
  sink.byte(CLOSE);
  return !first;
}

/** A value that was not there before: it is owned itself, and all its parts are. */
function writeWhole(declared: Layout, value: unknown, sink: JsonSink): void {
  const layout = settled(declared, value);
  if (layout.kind === "leaf" || isEmpty(value)) return sink.text(MEMBER);
  const start = sink.length;
  sink.text('{".":{}');
  const any =
    layout.kind === "struct" ? writeFields(layout, value, sink) : writeItems(layout, value, { sink, first: false });
  if (any) return sink.byte(CLOSE);
  sink.rewind(start);
  sink.text(MEMBER);
}

function writeFields(struct: StructLayout, value: unknown, sink: JsonSink): boolean {
  const record = isRecord(value) ? value : NO_MEMBERS;
  let any = false;
  for (const field of struct.fields()) {
    const member = record[field.name];
    const zero = member === undefined || member === null;
    if (field.always ? false : zero || field.absent(member)) continue;
    any = true;
    sink.key(field.key, false);
    if (zero) sink.text(MEMBER);
    else writeWhole(field.layout, member, sink);
  }
  if (struct.rest !== undefined && writeMembers(struct.rest, restOf(struct, value), { sink, first: false })) any = true;
  return any;
}

type Items = Extract<Layout, { kind: "list" | "map" }>;

function writeItems(layout: Items, value: unknown, { sink, first }: Omit<Place, "left">): boolean {
  return layout.kind === "map"
    ? writeMembers(layout.values, value, { sink, first })
    : writeList(layout, value, { sink, first });
}

function writeMembers(values: Layout, value: unknown, { sink, first }: Omit<Place, "left">): boolean {
  if (!isRecord(value)) return false;
  let any = false;
  const keys = Object.keys(value);
  if (keys.length > 1) keys.sort();
  for (const key of keys) {
    const member = value[key];
    if (member === undefined) continue;
    if (any || !first) sink.byte(COMMA);
    any = true;
    sink.string(`f:${key}`);
    sink.byte(COLON);
    writeWhole(values, member, sink);
  }
  return any;
}

/** Stands for items that are named alike: they are owned as one. */
const REPEATED: unique symbol = Symbol("repeated");

function writeList(
  layout: Layout & { readonly kind: "list" },
  value: unknown,
  { sink, first }: Omit<Place, "left">,
): boolean {
  if (!Array.isArray(value)) return false;
  const items = new Map<string, unknown>();
  for (const item of value as readonly unknown[]) {
    const element = layout.element(item);
    if (element !== undefined) items.set(element, items.has(element) ? REPEATED : item);
  }
  let any = false;
  for (const element of inOrder([...items.keys()])) {
    if (any || !first) sink.byte(COMMA);
    any = true;
    sink.string(element);
    sink.byte(COLON);
    const item = items.get(element);
    if (item === REPEATED) sink.text(MEMBER);
    else writeWhole(layout.items, item, sink);
  }
  return any;
}

function inOrder(elements: string[]): readonly string[] {
  if (elements.length < 2) return elements;
  return elements.sort(elements.some(isNumeric) ? compareElements : undefined);
}
