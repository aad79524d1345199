import { formatDuration } from "../../text/duration.ts";
import { canonicalQuantity, QuantityError } from "../../text/quantity.ts";
import { formatMicroTime, formatTime } from "../../text/time.ts";
import { DecodeError } from "../decode-error.ts";
import { memo } from "../memo.ts";
import { isRecord, newMap } from "../record.ts";
import type { AnyField, Inlined, Struct } from "../struct.ts";
import type { JsonUnion, TypeNode } from "../type.ts";
import { dropsZero, isZero, zeroValue } from "../zero.ts";
import { base64Encode } from "./base64.ts";
import { ProtobufReader } from "./reader.ts";

/** Reads a protobuf message as a value of `struct` in its normal form. Fields it does not know are skipped. Throws DecodeError. */
export function decodeProtobuf(struct: Struct, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    return plan(struct).read(new ProtobufReader(bytes));
  } catch (error) {
    // Texts within that are no JSON and no quantity, times beyond all calendars, messages nested without end.
    const bad = error instanceof SyntaxError || error instanceof RangeError || error instanceof QuantityError;
    throw bad ? new DecodeError(`proto: ${error.message}`) : error;
  }
}

type Members = Record<string, unknown>;

interface StructPlan {
  read(reader: ProtobufReader): Members;
}

interface FieldPlan {
  /** Reads one occurrence into the object. */
  readonly read: (reader: ProtobufReader, into: Members, wireType: number) => void;
}

interface Named {
  readonly name: string;
  readonly field: AnyField;
  readonly via: Inlined | undefined;
}

const plan = memo((struct: Struct): StructPlan => {
  const named = Object.entries(struct.fields).map(([name, field]) => ({ name, field, via: field.via }));
  const fields = fieldPlans(named);
  const required = named.filter(({ field }) => field.required && field.tag !== 0);
  const typed = named.filter(({ field }) => field.required && field.tag === 0);
  return {
    read: (reader) => {
      const into: Members = {};
      for (const { name } of typed) into[name] = "";
      readFields(fields, reader, into);
      for (const { name, field } of required) into[name] ??= missing(field);
      return into;
    },
  };
});

/** Fields that are inlined come in a message of their own. */
function fieldPlans(named: readonly Named[]): ReadonlyMap<number, FieldPlan> {
  const own = new Map<number, FieldPlan>();
  const inlined = new Map<number, Named[]>();
  for (const { name, field, via } of named) {
    if (field.tag === 0) continue;
    if (via === undefined) own.set(field.tag, fieldPlan(name, field));
    else inlined.set(via.tag, [...(inlined.get(via.tag) ?? []), { name, field, via: via.inner }]);
  }
  for (const [tag, within] of inlined) {
    const fields = fieldPlans(within);
    own.set(tag, { read: (reader, into) => readFields(fields, reader.message(), into) });
  }
  return own;
}

function missing({ type }: AnyField): unknown {
  return type.kind === "ref" ? plan(type.target()).read(new ProtobufReader(new Uint8Array())) : zeroValue(type);
}

function readFields(fields: ReadonlyMap<number, FieldPlan>, reader: ProtobufReader, into: Members): void {
  while (!reader.done) {
    const head = reader.varint();
    const wireType = head & 7;
    const field = fields.get(Math.floor(head / 8));
    if (field === undefined) reader.skip(wireType);
    else field.read(reader, into, wireType);
  }
}

function fieldPlan(name: string, field: AnyField): FieldPlan {
  const { type } = field;
  if (type.kind === "list" && type.wrapped !== true) return { read: listReader(name, type.items) };
  if (type.kind === "map") return { read: mapReader(name, type.values) };
  const read = valueReader(type);
  const drops = dropsZero(field);
  const expected = wireTypeOf(type);
  return {
    read: (reader, into, wireType) => {
      if (wireType !== expected) throw new DecodeError(`proto: wrong wireType = ${wireType} for field ${name}`);
      const value = read(reader);
      if (value !== undefined && !(drops && isZero(type, value))) into[name] = value;
    },
  };
}

function wireTypeOf(type: TypeNode): number {
  if (type.kind === "bool" || type.kind === "int") return 0;
  return type.kind === "double" ? 1 : 2;
}

function listReader(name: string, items: TypeNode): FieldPlan["read"] {
  const read = valueReader(items);
  const expected = wireTypeOf(items);
  return (reader, into, wireType) => {
    const list = (into[name] ??= []) as unknown[];
    if (wireType === expected) {
      list.push(read(reader));
      return;
    }
    // Numbers may come packed.
    if (wireType !== 2) throw new DecodeError(`proto: wrong wireType = ${wireType} for field ${name}`);
    for (const packed = reader.message(); !packed.done; ) list.push(read(packed));
  };
}

function mapReader(name: string, values: TypeNode): FieldPlan["read"] {
  const read = valueReader(values);
  return (reader, into) => {
    const map = (into[name] ??= newMap<unknown>()) as Members;
    const entry = reader.message();
    let key = "";
    let value: unknown;
    while (!entry.done) {
      const head = entry.varint();
      if (head >> 3 === 1) key = entry.text();
      else if (head >> 3 === 2) value = read(entry);
      else entry.skip(head & 7);
    }
    map[key] = value ?? zeroValue(values);
  };
}

function valueReader(type: TypeNode): (reader: ProtobufReader) => unknown {
  switch (type.kind) {
    case "string":
      return (reader) => reader.text();
    case "bool":
      return (reader) => reader.varint() !== 0;
    case "int":
      return type.bits === 32 ? (reader) => Number(reader.integer()) | 0 : (reader) => reader.integer();
    case "double":
      return (reader) => reader.double();
    case "bytes":
      return (reader) => base64Encode(reader.chunk());
    case "ref":
      return (reader) => plan(type.target()).read(reader.message());
    case "list": {
      const read = listReader("items", type.items);
      const fields = new Map([[1, { read }]]);
      return (reader) => {
        const into: Members = { items: [] };
        readFields(fields, reader.message(), into);
        return into["items"];
      };
    }
    case "map":
      throw new Error("a map within a list or map has no protobuf form");
    case "json":
      return type.union === undefined ? specialReader(type) : unionReader(type.union);
    default:
      return specialReader(type);
  }
}

function unionReader({ struct, other }: JsonUnion): (reader: ProtobufReader) => unknown {
  const structTag = other === "flag" ? 2 : 1;
  return (reader) => {
    let flag: boolean | undefined;
    let whole: unknown;
    let items: unknown[] | undefined;
    for (const message = reader.message(); !message.done; ) {
      const head = message.varint();
      if (head === structTag * 8 + 2) whole = plan(struct()).read(message.message());
      else if (other === "flag" && head === 8) flag = message.varint() !== 0;
      else if (head === 2 * 8 + 2) {
        items ??= [];
        items.push(other === "texts" ? message.text() : plan(struct()).read(message.message()));
      } else message.skip(head & 7);
    }
    return whole ?? items ?? flag;
  };
}

/** The numbers and texts of a message whose fields are scalars, by tag. */
function scalars(reader: ProtobufReader): ReadonlyMap<number, number | bigint | string> {
  const found = new Map<number, number | bigint | string>();
  for (const message = reader.message(); !message.done; ) {
    const head = message.varint();
    if ((head & 7) === 0) found.set(head >> 3, message.integer());
    else if ((head & 7) === 2) found.set(head >> 3, message.text());
    else message.skip(head & 7);
  }
  return found;
}

function specialReader(type: TypeNode): (reader: ProtobufReader) => unknown {
  return (reader) => {
    const fields = scalars(reader);
    const first = fields.get(1);
    switch (type.kind) {
      case "quantity":
        return canonicalQuantity(String(first ?? "0") || "0");
      case "time":
        return fields.size === 0 ? undefined : formatTime(Number(first ?? 0) * 1000);
      case "microTime":
        return fields.size === 0 ? undefined : microTime(Number(first ?? 0), Number(fields.get(2) ?? 0));
      case "duration":
        return formatDuration(Number(first ?? 0) / 1e6);
      case "intOrString":
        return first === 1 ? String(fields.get(3) ?? "") : Number(fields.get(2) ?? 0) | 0;
      default:
        return readJson(first);
    }
  };
}

function microTime(seconds: number, nanos: number): string {
  return formatMicroTime(seconds * 1000 + Math.floor(nanos / 1e6), Math.floor(nanos / 1000) % 1000);
}

function readJson(text: number | bigint | string | undefined): unknown {
  if (typeof text !== "string" || text === "") return undefined;
  const value: unknown = JSON.parse(text);
  return isRecord(value) && Object.hasOwn(value, "__proto__") ? Object.assign(newMap<unknown>(), value) : value;
}
