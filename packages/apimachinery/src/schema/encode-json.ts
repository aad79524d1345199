import { jsonString, jsonText } from "./json-text.ts";
import { memo } from "./memo.ts";
import type { AnyField, Struct } from "./struct.ts";
import type { TypeNode } from "./type.ts";
import { dropsZero, isZero } from "./zero.ts";

/** A value of `struct` as JSON, with upstream's order of keys and its zero values where they are always written. */
export function encodeJson(struct: Struct, value: unknown): string {
  const text = writeRecord(plan(struct), value as Members);
  return struct.options.keepsUnknown === true ? withOthers(struct, value as Members, text) : text;
}

/** Members that no field names stand last, by name. */
function withOthers(struct: Struct, value: Members, text: string): string {
  const others = Object.keys(value).filter((name) => !Object.hasOwn(struct.fields, name) && value[name] !== undefined);
  const written = others.sort().map((name) => `${jsonString(name)}:${jsonText(value[name])}`);
  return written.length === 0 ? text : `${text.slice(0, -1)}${text === "{}" ? "" : ","}${written.join(",")}}`;
}

type Members = Readonly<Record<string, unknown>>;
type Write = (value: unknown) => string;

interface FieldPlan {
  readonly name: string;
  readonly key: string;
  readonly type: TypeNode;
  readonly nullable: boolean;
  readonly dropsZero: boolean;
  readonly write: Write;
  /** What is written when the field is absent; undefined: nothing. A thunk, since structs may contain themselves. */
  readonly zero: (() => string) | undefined;
}

const plan = memo((struct: Struct): readonly FieldPlan[] =>
  Object.entries(struct.fields).map(([name, field]) => ({
    name,
    key: `${JSON.stringify(name)}:`,
    type: field.type,
    nullable: field.facets.nullable === true,
    dropsZero: dropsZero(field),
    write: fieldWriter(field),
    zero: zeroWriter(field),
  })),
);

/** `typeMeta` is the exception among the required fields: an embedded object has neither kind nor apiVersion. */
function zeroWriter({ type, sent, tag, facets }: AnyField): (() => string) | undefined {
  if (facets.emitEmpty !== true && (!sent || tag === 0)) return undefined;
  return type.kind === "ref" ? () => writeRecord(plan(type.target()), {}) : () => zeroText(type);
}

function fieldWriter({ type, sent, required, facets, tag }: AnyField): Write {
  const write = writerOf(type);
  const always = facets.emitEmpty === true || (sent && tag !== 0);
  // An empty text leaves the field out.
  if (!always) return required ? (value) => (isZero(type, value) ? "" : write(value)) : write;
  switch (type.kind) {
    case "list":
    case "map":
      // Storage upstream does not tell an empty list from none: both come back as null.
      return facets.keepZero === true ? write : (value) => (isZero(type, value) ? "null" : write(value));
    case "time":
    case "microTime":
    case "bytes":
      return (value) => (value === "" ? "null" : write(value));
    default:
      return write;
  }
}

function writeRecord(fields: readonly FieldPlan[], value: Members): string {
  let out = "";
  for (const field of fields) {
    const member = value[field.name];
    if (member === null && field.nullable) {
      out += out === "" ? `${field.key}null` : `,${field.key}null`;
      continue;
    }
    let text: string;
    if (member === undefined || member === null || (field.dropsZero && isZero(field.type, member))) {
      if (field.zero === undefined) continue;
      text = field.zero();
    } else {
      text = field.write(member);
      if (text === "") continue;
    }
    out += out === "" ? field.key + text : `,${field.key}${text}`;
  }
  return `{${out}}`;
}

function writerOf(type: TypeNode): Write {
  switch (type.kind) {
    case "string":
      return (value) => jsonString(value as string);
    case "ref": {
      // Looked up at the first value: structs may contain themselves.
      let fields: readonly FieldPlan[] | undefined;
      return (value) => writeRecord((fields ??= plan(type.target())), value as Members);
    }
    case "list": {
      const write = writerOf(type.items);
      return (value) => writeList(value as readonly unknown[], write);
    }
    case "map": {
      const write = writerOf(type.values);
      return (value) => writeMap(value as Members, write);
    }
    case "bool":
    case "int":
      return String;
    case "intOrString":
      return (value) => (typeof value === "string" ? jsonString(value) : String(value));
    case "bytes":
    case "quantity":
    case "time":
    case "microTime":
    case "duration":
      return (value) => `"${value as string}"`;
    default:
      return jsonText;
  }
}

function writeList(items: readonly unknown[], write: Write): string {
  let out = "";
  for (const item of items) out += out === "" ? write(item) : `,${write(item)}`;
  return `[${out}]`;
}

/** Keys in the order of their bytes, as Go sorts them. */
function writeMap(members: Members, write: Write): string {
  let out = "";
  const keys = Object.keys(members);
  if (keys.length > 1) keys.sort();
  for (const key of keys) {
    const value = members[key];
    if (value === undefined) continue;
    out += `${out === "" ? "" : ","}${jsonString(key)}:${write(value)}`;
  }
  return `{${out}}`;
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
