import { JsonSink } from "./json-sink.ts";
import { jsonText } from "./json-text.ts";
import { memo } from "./memo.ts";
import { rawFieldsOf } from "./raw-fields.ts";
import type { AnyField, Struct } from "./struct.ts";
import type { TypeNode } from "./type.ts";
import { dropsZero, isZero } from "./zero.ts";

/** A value of `struct` as JSON, with upstream's order of keys and its zero values where they are always written. */
export function encodeJson(struct: Struct, value: unknown): string {
  const sink = new JsonSink();
  writeValue(struct, value, sink);
  return sink.toText();
}

/** The same in UTF-8. Who encodes often brings a sink, whose buffer is used again; what it held is lost. */
export function encodeJsonBytes(struct: Struct, value: unknown, sink: JsonSink = new JsonSink()): Uint8Array {
  sink.clear();
  writeValue(struct, value, sink);
  return sink.bytes();
}

const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const QUOTE = 0x22;

type Members = Readonly<Record<string, unknown>>;
type Write = (value: unknown, sink: JsonSink) => void;

function writeValue(struct: Struct, value: unknown, sink: JsonSink): void {
  const others = struct.options.keepsUnknown === true ? othersOf(struct, value as Members) : NO_NAMES;
  writeRecord(plan(struct), value as Members, sink, others);
}

const NO_NAMES: readonly string[] = [];

/** Members that no field names stand last, by name. */
function othersOf(struct: Struct, value: Members): readonly string[] {
  return Object.keys(value)
    .filter((name) => !Object.hasOwn(struct.fields, name) && value[name] !== undefined)
    .sort();
}

interface FieldPlan {
  readonly name: string;
  /** `,"name":` in UTF-8. */
  readonly key: Uint8Array;
  readonly type: TypeNode;
  readonly nullable: boolean;
  /** Its zero value counts as absent. */
  readonly dropsZero: boolean;
  readonly write: Write;
  /** Writes what stands for an absent field; undefined: nothing does. Structs may contain themselves. */
  readonly zero: ((sink: JsonSink) => void) | undefined;
  /** The JSON of the value where the record that has it knows it. */
  readonly known: ((record: object) => string | undefined) | undefined;
}

const plan = memo((struct: Struct): readonly FieldPlan[] =>
  Object.entries(struct.fields).map(([name, field]) => {
    const always = isAlwaysWritten(field);
    return {
      name,
      key: UTF8.encode(`,${JSON.stringify(name)}:`),
      type: field.type,
      nullable: field.facets.nullable === true,
      dropsZero: dropsZero(field) || (!always && field.required),
      write: fieldWriter(field, always),
      zero: always ? zeroWriter(field) : undefined,
      known: field.type.kind === "fieldsV1" ? rawFieldsOf : undefined,
    };
  }),
);

const UTF8 = new TextEncoder();

/** `typeMeta` is the exception among the required fields: an embedded object has neither kind nor apiVersion. */
function isAlwaysWritten({ sent, tag, facets }: AnyField): boolean {
  return facets.emitEmpty === true || (sent && tag !== 0);
}

function zeroWriter({ type, facets }: AnyField): (sink: JsonSink) => void {
  // A pointer of upstream's that is always written.
  if (facets.keepZero === true) return (sink) => sink.text("null");
  if (type.kind === "ref") return (sink) => writeRecord(plan(type.target()), NOTHING, sink);
  const text = zeroText(type);
  return (sink) => sink.text(text);
}

const NOTHING: Members = {};

function fieldWriter({ type, facets }: AnyField, always: boolean): Write {
  const write = writerOf(type);
  if (!always) return write;
  switch (type.kind) {
    case "list":
    case "map":
      // Storage upstream does not tell an empty list from none: both come back as null.
      return facets.keepZero === true ? write : orNull(write, (value) => isZero(type, value));
    case "time":
    case "microTime":
    case "bytes":
      return orNull(write, (value) => value === "");
    default:
      return write;
  }
}

function orNull(write: Write, isNull: (value: unknown) => boolean): Write {
  return (value, sink) => {
    if (isNull(value)) sink.text("null");
    else write(value, sink);
  };
}

function writeRecord(
  fields: readonly FieldPlan[],
  value: Members,
  sink: JsonSink,
  others: readonly string[] = NO_NAMES,
): void {
  let first = true;
  sink.byte(OPEN);
  for (const field of fields) {
    const known = field.known?.(value);
    const member = known === undefined ? value[field.name] : undefined;
    const absent = known === undefined && isAbsent(field, member);
    if (absent && field.zero === undefined) continue;
    sink.key(field.key, first);
    first = false;
    if (known !== undefined) sink.text(known);
    else if (absent) field.zero?.(sink);
    else if (member === null) sink.text("null");
    else field.write(member, sink);
  }
  for (const name of others) {
    if (!first) sink.byte(COMMA);
    first = false;
    sink.string(name);
    sink.byte(COLON);
    sink.text(jsonText(value[name]));
  }
  sink.byte(CLOSE);
}

function isAbsent(field: FieldPlan, member: unknown): boolean {
  if (member === undefined) return true;
  if (member === null) return !field.nullable;
  return field.dropsZero && isZero(field.type, member);
}

function writerOf(type: TypeNode): Write {
  switch (type.kind) {
    case "string":
      return (value, sink) => sink.string(value as string);
    case "ref": {
      // Looked up at the first value: structs may contain themselves.
      let fields: readonly FieldPlan[] | undefined;
      return (value, sink) => writeRecord((fields ??= plan(type.target())), value as Members, sink);
    }
    case "list": {
      const write = writerOf(type.items);
      return (value, sink) => writeList(value as readonly unknown[], write, sink);
    }
    case "map": {
      const write = writerOf(type.values);
      return (value, sink) => writeMap(value as Members, write, sink);
    }
    case "bool":
      return (value, sink) => sink.text(String(value));
    case "int":
      return (value, sink) => sink.text(wholeNumber(value));
    case "intOrString":
      return (value, sink) => (typeof value === "string" ? sink.string(value) : sink.text(wholeNumber(value)));
    case "bytes":
    case "quantity":
    case "time":
    case "microTime":
    case "duration":
      return (value, sink) => {
        sink.byte(QUOTE);
        sink.text(value as string);
        sink.byte(QUOTE);
      };
    default:
      return (value, sink) => sink.text(jsonText(value));
  }
}

/** Callers in this process may have computed something else, and nobody could read what it would be stored as. */
function wholeNumber(value: unknown): string {
  if (typeof value === "number" && !Number.isInteger(value)) {
    throw new TypeError(`${value} is in a field for whole numbers, and was not written`);
  }
  return String(value);
}

function writeList(items: readonly unknown[], write: Write, sink: JsonSink): void {
  let first = true;
  sink.byte(OPEN_LIST);
  for (const item of items) {
    if (!first) sink.byte(COMMA);
    first = false;
    write(item, sink);
  }
  sink.byte(CLOSE_LIST);
}

/** Keys in the order of their bytes, as Go sorts them. */
function writeMap(members: Members, write: Write, sink: JsonSink): void {
  const keys = Object.keys(members);
  if (keys.length > 1) keys.sort();
  let first = true;
  sink.byte(OPEN);
  for (const key of keys) {
    const value = members[key];
    if (value === undefined) continue;
    if (!first) sink.byte(COMMA);
    first = false;
    sink.string(key);
    sink.byte(COLON);
    write(value, sink);
  }
  sink.byte(CLOSE);
}

function zeroText(type: TypeNode): string {
  switch (type.kind) {
    case "string":
      return '""';
    case "bool":
      return "false";
    case "int":
    case "double":
    case "intOrString":
      return "0";
    case "quantity":
      return '"0"';
    case "duration":
      return '"0s"';
    default:
      return "null";
  }
}
