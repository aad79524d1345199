import { parseDuration } from "../../text/duration.ts";
import { parseTime } from "../../text/time.ts";
import { jsonText } from "../json-text.ts";
import { memo } from "../memo.ts";
import { rawFieldsOf } from "../raw-fields.ts";
import type { AnyField, Inlined, Struct } from "../struct.ts";
import { decodeValue } from "../decode.ts";
import { isRecord } from "../record.ts";
import type { JsonUnion, TypeNode } from "../type.ts";
import { zeroValue } from "../zero.ts";
import { base64Decode } from "./base64.ts";
import { ProtobufWriter } from "./writer.ts";

/** A value of `struct` as a protobuf message, as upstream writes it: without the envelope, `apiVersion` and `kind`. */
export function encodeProtobuf(struct: Struct, value: unknown): Uint8Array {
  const writer = new ProtobufWriter();
  plan(struct)(writer, value as Members);
  return writer.bytes();
}

type Members = Readonly<Record<string, unknown>>;
type WriteMembers = (writer: ProtobufWriter, value: Members) => void;
/** Writes a value with its length where it has one, without its tag. */
type WriteValue = (writer: ProtobufWriter, value: unknown) => void;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

interface Tagged {
  readonly tag: number;
  readonly write: WriteMembers;
}

interface Named {
  readonly name: string;
  readonly field: AnyField;
  readonly via: Inlined | undefined;
}

const plan = memo((struct: Struct): WriteMembers => {
  const fields = Object.entries(struct.fields).map(([name, field]) => ({ name, field, via: field.via }));
  return writeAll(taggedFields(fields));
});

/** Fields that are inlined go into a message of their own. */
function taggedFields(fields: readonly Named[]): readonly Tagged[] {
  const own: Tagged[] = [];
  const inlined = new Map<number, Named[]>();
  for (const { name, field, via } of fields) {
    if (field.tag === 0) continue;
    if (via === undefined) own.push({ tag: field.tag, write: fieldWriter(name, field) });
    else inlined.set(via.tag, [...(inlined.get(via.tag) ?? []), { name, field, via: via.inner }]);
  }
  for (const [tag, within] of inlined) {
    const write = writeAll(taggedFields(within));
    own.push({
      tag,
      write: (writer, value) => {
        delimited(writer, () => write(writer, value));
        writer.varint(tag * 8 + BYTES);
      },
    });
  }
  return own;
}

/** Ascending tags, written from the back. */
function writeAll(fields: readonly Tagged[]): WriteMembers {
  const writes = fields.toSorted((a, b) => b.tag - a.tag).map((field) => field.write);
  return (writer, value) => {
    for (const write of writes) write(writer, value);
  };
}

function delimited(writer: ProtobufWriter, write: () => void): void {
  const before = writer.length;
  write();
  writer.varint(writer.length - before);
}

function fieldWriter(name: string, field: AnyField): WriteMembers {
  const { type, tag } = field;
  if (type.kind === "list" && type.wrapped !== true) return repeated(name, type.items, tag);
  if (type.kind === "map") return mapEntries(name, type.values, tag);
  const write = valueWriter(type);
  const head = tag * 8 + wireType(type);
  const zero = zeroOf(field);
  const writeField: WriteMembers = (writer, members) => {
    const value = members[name] ?? zero;
    if (value === undefined) return;
    write(writer, value);
    writer.varint(head);
  };
  return type.kind === "fieldsV1" ? rawWriter(writeField, head) : writeField;
}

/** A set of fields whose JSON is known is not looked at. */
function rawWriter(otherwise: WriteMembers, head: number): WriteMembers {
  return (writer, members) => {
    const json = rawFieldsOf(members);
    if (json === undefined) return otherwise(writer, members);
    delimited(writer, () => {
      writeText(writer, json);
      writer.varint(8 + BYTES);
    });
    writer.varint(head);
  };
}

/** What is written for a field that is not set: scalars and messages that are no pointers upstream are always written. */
function zeroOf({ type, required, facets }: AnyField): unknown {
  if (facets.keepZero === true || type.kind === "bytes" || type.kind === "list") return undefined;
  if (type.kind === "ref") return required || facets.emitEmpty === true ? {} : undefined;
  return zeroValue(type) ?? NO_JSON;
}

/** Stands for a JSON value that is not there, in a message that is written all the same. */
const NO_JSON: unique symbol = Symbol("no json");

function repeated(name: string, items: TypeNode, tag: number): WriteMembers {
  const write = valueWriter(items);
  const head = tag * 8 + wireType(items);
  return (writer, members) => {
    const list = members[name] as readonly unknown[] | undefined;
    if (list === undefined) return;
    for (let i = list.length - 1; i >= 0; i--) {
      write(writer, list[i]);
      writer.varint(head);
    }
  };
}

function mapEntries(name: string, values: TypeNode, tag: number): WriteMembers {
  const write = valueWriter(values);
  const valueHead = 2 * 8 + wireType(values);
  return (writer, members) => {
    const map = members[name] as Members | undefined;
    if (map === undefined) return;
    for (const key of Object.keys(map).sort().reverse()) {
      const value = map[key];
      if (value === undefined) continue;
      delimited(writer, () => {
        write(writer, value);
        writer.varint(valueHead);
        writeText(writer, key);
        writer.varint(8 + BYTES);
      });
      writer.varint(tag * 8 + BYTES);
    }
  };
}

function wireType(type: TypeNode): number {
  if (type.kind === "bool" || type.kind === "int") return VARINT;
  return type.kind === "double" ? FIXED64 : BYTES;
}

function valueWriter(type: TypeNode): WriteValue {
  switch (type.kind) {
    case "string":
      return writeText;
    case "bool":
      return (writer, value) => writer.varint(value === true ? 1 : 0);
    case "int":
      return (writer, value) => writer.integer(value as number | bigint);
    case "double":
      return (writer, value) => writer.double(value as number);
    case "bytes":
      return (writer, value) => delimited(writer, () => writer.raw(base64Decode(value as string)));
    case "ref":
      return (writer, value) => delimited(writer, () => plan(type.target())(writer, value as Members));
    case "list":
      return wrappedList(type.items);
    case "map":
      throw new Error("a map within a list or map has no protobuf form");
    case "json":
      return type.union === undefined ? specialWriter(type) : unionWriter(type.union);
    default:
      return specialWriter(type);
  }
}

function writeText(writer: ProtobufWriter, value: unknown): void {
  const before = writer.length;
  writer.text(value as string);
  writer.varint(writer.length - before);
}

/** A list in a message of its own, with the field `items`. */
function wrappedList(items: TypeNode): WriteValue {
  const write = repeated("items", items, 1);
  return (writer, value) => delimited(writer, () => write(writer, { items: value }));
}

/** A struct, at 1 or behind its flag, or what stands in its place. */
function unionWriter({ struct, other }: JsonUnion): WriteValue {
  const one: WriteValue = (writer, value) =>
    delimited(writer, () => plan(struct())(writer, decodeValue<Members>(struct(), value).object));
  return (writer, value) =>
    delimited(writer, () => {
      if (value === NO_JSON) return;
      if (Array.isArray(value)) {
        for (const item of (value as readonly unknown[]).toReversed()) {
          if (other === "texts") writeText(writer, item);
          else one(writer, item);
          writer.varint(2 * 8 + BYTES);
        }
      } else if (other === "flag") {
        if (isRecord(value)) {
          one(writer, value);
          writer.varint(2 * 8 + BYTES);
        }
        writer.varint(value === false ? 0 : 1);
        writer.varint(8);
      } else {
        one(writer, value);
        writer.varint(8 + BYTES);
      }
    });
}

/** Types whose JSON form is a text or JSON of any kind, and whose protobuf form is a message. */
function specialWriter(type: TypeNode): WriteValue {
  return (writer, value) =>
    delimited(writer, () => {
      if (value === NO_JSON || (value === "" && type.kind !== "intOrString")) return;
      switch (type.kind) {
        case "quantity":
          writeText(writer, value);
          writer.varint(8 + BYTES);
          break;
        case "time":
          writeTimestamp(writer, value as string, 0);
          break;
        case "microTime":
          writeTimestamp(writer, value as string, Number((value as string).slice(20, 26).padEnd(6, "0")) * 1000);
          break;
        case "duration":
          writer.integer(BigInt(Math.round(parseDuration(value as string) * 1e6)));
          writer.varint(8);
          break;
        case "intOrString":
          writeIntOrString(writer, value as number | string);
          break;
        default:
          writeText(writer, jsonText(value));
          writer.varint(8 + BYTES);
      }
    });
}

function writeTimestamp(writer: ProtobufWriter, time: string, nanos: number): void {
  writer.varint(nanos);
  writer.varint(2 * 8);
  writer.integer(Math.floor(parseTime(time) / 1000));
  writer.varint(8);
}

function writeIntOrString(writer: ProtobufWriter, value: number | string): void {
  const text = typeof value === "string";
  writeText(writer, text ? value : "");
  writer.varint(3 * 8 + BYTES);
  writer.integer(text ? 0 : value);
  writer.varint(2 * 8);
  writer.varint(text ? 1 : 0);
  writer.varint(8);
}
