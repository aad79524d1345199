import { ManagedFieldsEntry } from "../meta/v1/managed-fields-entry.ts";
import { parseExactJson } from "./exact-json.ts";
import { withRawFields } from "./raw-fields.ts";
import { readState, readStruct } from "./reader.ts";
import { isRecord } from "./record.ts";
import type { Struct } from "./struct.ts";

const utf8 = new TextDecoder();
const KEY = new TextEncoder().encode('"managedFields":[');
const FIELDS_KEY = new TextEncoder().encode('"fieldsV1":{');
/** Shorter ones are not worth the trouble. */
const LAZY_FROM_BYTES = 128;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;

/** A part of a text, in bytes. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads bytes that we wrote ourselves: nothing is reported, and `metadata.managedFields`, often half of the text, are only read
 * when somebody asks for them. Until then the object holds on to the bytes, which must not change.
 */
export function readStored(struct: Struct, bytes: Uint8Array): unknown {
  const fields = "metadata" in struct.fields ? findManagedFields(bytes) : undefined;
  if (fields === undefined || fields.end - fields.start < LAZY_FROM_BYTES) return readText(struct, utf8.decode(bytes));
  const { start, end } = around(bytes, fields);
  const value = readText(struct, utf8.decode(bytes.subarray(0, start)) + utf8.decode(bytes.subarray(end)));
  return withManagedFields(value, bytes.subarray(fields.start, fields.end));
}

function readText(struct: Struct, text: string): Readonly<Record<string, unknown>> {
  return readStruct(struct, parse(text), readState());
}

function parse(text: string): unknown {
  return /[0-9]{16}/.test(text) ? parseExactJson(text).value : (JSON.parse(text) as unknown);
}

function withManagedFields(value: Readonly<Record<string, unknown>>, text: Uint8Array): unknown {
  const metadata = value["metadata"];
  if (!isRecord(metadata)) return value;
  let entries: unknown;
  // The metadata is ours alone: it was parsed a moment ago.
  Object.defineProperty(metadata, "managedFields", {
    enumerable: true,
    configurable: true,
    get: () => (entries ??= readEntries(text)),
  });
  return value;
}

/** The sets of fields stay text, each in its entry, until somebody looks at them. */
function readEntries(bytes: Uint8Array): unknown {
  const { rest, fields } = cutFields(bytes);
  const entries = parse(rest);
  if (!Array.isArray(entries)) return [];
  return entries.map((entry, i) => {
    const read = readStruct(ManagedFieldsEntry, entry, readState());
    const json = fields[i];
    // The entry is ours alone: it was parsed a moment ago.
    return json === undefined ? read : withRawFields(read, json);
  });
}

/** The text of a list of entries without their sets of fields, and these, by the number of their entry. */
function cutFields(bytes: Uint8Array): { readonly rest: string; readonly fields: readonly (string | undefined)[] } {
  const fields: (string | undefined)[] = [];
  let rest = "";
  let from = 0;
  let depth = 0;
  let entry = -1;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      if (depth === 2 && startsWith(bytes, i, FIELDS_KEY)) {
        const start = i + FIELDS_KEY.length - 1;
        const end = endOf(bytes, start);
        fields[entry] = utf8.decode(bytes.subarray(start, end));
        rest += `${utf8.decode(bytes.subarray(from, start))}null`;
        from = end;
        i = end - 1;
      } else i = endOfText(bytes, i);
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth === 2) entry++;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return { rest: rest + utf8.decode(bytes.subarray(from)), fields };
}

/** The list of managedFields in the metadata of an object, if it has one; the metadata is the first object within. */
function findManagedFields(bytes: Uint8Array): Range | undefined {
  let depth = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      if (depth === 2 && startsWith(bytes, i, KEY)) {
        const start = i + KEY.length - 1;
        return { start, end: endOf(bytes, start) };
      }
      i = endOfText(bytes, i);
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth === 2 && !followsMetadata(bytes, i)) return undefined;
    } else if (byte === 0x7d || byte === 0x5d) {
      if (--depth === 1) return undefined;
    }
  }
  return undefined;
}

const METADATA = new TextEncoder().encode('"metadata"');

function followsMetadata(bytes: Uint8Array, at: number): boolean {
  if (bytes[at - 1] !== COLON) return false;
  const start = at - 1 - METADATA.length;
  return METADATA.every((byte, index) => bytes[start + index] === byte);
}

function startsWith(bytes: Uint8Array, at: number, key: Uint8Array): boolean {
  for (let i = 0; i < key.length; i++) if (bytes[at + i] !== key[i]) return false;
  return true;
}

/** Where the text that starts at `at` has its closing quote. */
function endOfText(bytes: Uint8Array, at: number): number {
  let i = at + 1;
  for (; i < bytes.length && bytes[i] !== QUOTE; i++) if (bytes[i] === BACKSLASH) i++;
  return i;
}

/** One past the end of the list or object that starts at `at`. */
function endOf(bytes: Uint8Array, at: number): number {
  let depth = 0;
  for (let i = at; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) i = endOfText(bytes, i);
    else if (byte === 0x7b || byte === 0x5b) depth++;
    else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) return i + 1;
  }
  return bytes.length;
}

/** The member with its key and one comma: what is cut out of the text. */
function around(bytes: Uint8Array, { start, end }: Range): Range {
  const from = start - KEY.length + 1;
  if (bytes[from - 1] === COMMA) return { start: from - 1, end };
  return { start: from, end: bytes[end] === COMMA ? end + 1 : end };
}
