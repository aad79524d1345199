import type { Step } from "./field-error.ts";
import { formatPath } from "./field-error.ts";
import { memo } from "./memo.ts";
import { mismatch, type Place, readScalar, withoutLiterals } from "./read-scalar.ts";
import { isBareMap, isRecord, type JsonRecord, newMap } from "./record.ts";
import type { AnyField, Struct } from "./struct.ts";
import type { TypeNode } from "./type.ts";
import { dropsZero, isZero, zeroValue } from "./zero.ts";

/** The most strict errors that one decoding reports. */
const STRICT_ERROR_LIMIT = 100;

/** What goes along while a value is read. */
export interface ReadState extends Place {
  readonly path: Step[];
  /** Go name of the innermost struct. */
  owner: string;
  /** Keys seen so far, to find out about duplicates. */
  keys: number;
  /** Keeps explicit zero values and fills nothing in: what was sent, no more and no less. */
  readonly exact: boolean;
  readonly strictErrors: string[];
}

/** A fresh state. */
export function readState(exact = false): ReadState {
  const state: ReadState = {
    exact,
    path: [],
    owner: "",
    keys: 0,
    strictErrors: [],
    describe: () => {
      const names = state.path.filter((step) => typeof step === "string");
      return names.length === 0 ? "Go value" : `Go struct field ${state.owner}.${names.join(".")}`;
    },
  };
  return state;
}

/** Reads a JSON value as a struct in its normal form; shares what needs no change. Throws DecodeError. */
export function readStruct(struct: Struct, value: unknown, state: ReadState): Readonly<Record<string, unknown>> {
  return readRecord(plan(struct), value, state);
}

type Read = (value: unknown, state: ReadState) => unknown;

interface FieldPlan {
  readonly name: string;
  readonly required: boolean;
  /** Answers undefined for what counts as absent. */
  readonly read: Read;
  /** The value of a required field that was not sent. */
  fill(state: ReadState): unknown;
}

interface StructPlan {
  readonly goName: string;
  readonly goType: string;
  readonly fields: ReadonlyMap<string, FieldPlan>;
  readonly required: readonly FieldPlan[];
  readonly keepsUnknown: boolean;
}

const plan = memo((struct: Struct): StructPlan => {
  const fields = new Map<string, FieldPlan>();
  for (const [name, field] of Object.entries(struct.fields)) fields.set(name, fieldPlan(name, field));
  const required = [...fields.values()].filter((field) => field.required);
  return {
    goName: goName(struct),
    goType: goTypeName(struct),
    fields,
    required,
    keepsUnknown: struct.options.keepsUnknown === true,
  };
});

function fieldPlan(name: string, field: AnyField): FieldPlan {
  const { type, required, facets } = field;
  const readType = readerOf(type);
  const drops = dropsZero(field);
  const nested = type.kind === "ref" || type.kind === "list" || type.kind === "map";
  const nullable = facets.nullable === true;
  const read: Read = (value, state) => {
    if (value === null || value === undefined) return nullable && value === null ? null : undefined;
    state.path.push(name);
    const next = readType(value, state);
    state.path.pop();
    return drops && !state.exact && isZero(type, next) ? undefined : next;
  };
  return {
    name,
    required,
    read,
    fill: nested && type.kind === "ref" ? fillStruct(name, readType) : () => zeroValue(type),
  };
}

function fillStruct(name: string, readType: Read): (state: ReadState) => unknown {
  return (state) => {
    state.path.push(name);
    const value = readType({}, state);
    state.path.pop();
    return value;
  };
}

function readRecord(structPlan: StructPlan, value: unknown, state: ReadState): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) return mismatch(value, structPlan.goType, state);
  const outer = state.owner;
  state.owner = structPlan.goName;
  let next: Record<string, unknown> | undefined;
  let present = 0;
  for (const key in value) {
    const raw = value[key];
    state.keys++;
    const field = structPlan.fields.get(key);
    const read =
      field !== undefined
        ? field.read(raw, state)
        : structPlan.keepsUnknown
          ? withoutLiterals(raw)
          : unknownField(key, raw, state);
    if (field?.required === true && read !== undefined) present++;
    if (read !== raw) next ??= copyBefore(value, key, {});
    if (next !== undefined && read !== undefined) next[key] = read;
  }
  if (present < structPlan.required.length && !state.exact)
    next = fillRequired(structPlan, next ?? { ...value }, state);
  state.owner = outer;
  return next ?? value;
}

function fillRequired(
  structPlan: StructPlan,
  next: Record<string, unknown>,
  state: ReadState,
): Record<string, unknown> {
  for (const field of structPlan.required) {
    if (next[field.name] !== undefined && next[field.name] !== null) continue;
    const filled = field.fill(state);
    if (filled !== undefined) next[field.name] = filled;
  }
  return next;
}

/** Copies the members that come before `end`; they needed no change. */
function copyBefore(value: JsonRecord, end: string, out: Record<string, unknown>): Record<string, unknown> {
  for (const key in value) {
    if (key === end) break;
    if (value[key] !== undefined) out[key] = value[key];
  }
  return out;
}

function unknownField(key: string, raw: unknown, state: ReadState): undefined {
  if (raw === undefined) return undefined;
  state.keys += keysIn(raw);
  if (state.strictErrors.length < STRICT_ERROR_LIMIT) {
    state.strictErrors.push(`unknown field "${formatStrictPath([...state.path, key])}"`);
  }
  return undefined;
}

/** `spec.containers[0].foo`; keys of maps are joined by dots too. */
function formatStrictPath(path: readonly Step[]): string {
  return formatPath(path.map((step) => (typeof step === "object" ? step.key : step)));
}

function readerOf(type: TypeNode): Read {
  switch (type.kind) {
    case "ref":
      return (value, state) => readRecord(plan(type.target()), value, state);
    case "list":
      return listReader(type.items, goType(type));
    case "map":
      return mapReader(type.values, goType(type));
    case "fieldsV1":
    case "rawExtension":
    case "json":
      return (value, state) => {
        state.keys += keysIn(value);
        return readScalar(type, value, state);
      };
    case "string":
      return (value, state) => (typeof value === "string" ? value : readScalar(type, value, state));
    default:
      return (value, state) => readScalar(type, value, state);
  }
}

function listReader(items: TypeNode, ownType: () => string): Read {
  const read = readerOf(items);
  return (value, state) => {
    if (!Array.isArray(value)) return mismatch(value, ownType(), state);
    let next: unknown[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const raw: unknown = value[i];
      state.path.push(i);
      const item = raw === null ? nullItem(items, read, state) : read(raw, state);
      state.path.pop();
      if (item !== raw) next ??= value.slice();
      if (next !== undefined) next[i] = item;
    }
    return next ?? value;
  };
}

function mapReader(values: TypeNode, ownType: () => string): Read {
  const read = readerOf(values);
  return (value, state) => {
    if (!isRecord(value)) return mismatch(value, ownType(), state);
    let next = isBareMap(value) ? undefined : newMap<unknown>();
    for (const key in value) {
      const raw = value[key];
      if (raw === undefined) continue;
      state.keys++;
      state.path.push({ key });
      const item = raw === null ? nullItem(values, read, state) : read(raw, state);
      state.path.pop();
      if (item !== raw) next ??= copyBefore(value, key, newMap());
      if (next !== undefined) next[key] = item;
    }
    return next ?? value;
  };
}

/** `null` within a list or map is the zero value of its type, as in Go. */
function nullItem(type: TypeNode, read: Read, state: ReadState): unknown {
  return type.kind === "ref" ? read({}, state) : (zeroValue(type) ?? null);
}

/** How many keys a JSON value has, at all depths. */
export function keysIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let keys = 0;
  if (Array.isArray(value)) {
    for (const item of value) keys += keysIn(item);
    return keys;
  }
  const record = value as Readonly<Record<string, unknown>>;
  for (const key in record) keys += 1 + keysIn(record[key]);
  return keys;
}

function goName(struct: Struct): string {
  return struct.name.slice(struct.name.lastIndexOf(".") + 1);
}

/** `v1.Container`. */
function goTypeName(struct: Struct): string {
  return struct.name.slice(struct.name.lastIndexOf("/") + 1);
}

/** Go's name of a type; a thunk, since structs may not be defined yet. */
function goType(type: TypeNode): () => string {
  switch (type.kind) {
    case "ref":
      return () => goTypeName(type.target());
    case "list": {
      const items = goType(type.items);
      return () => `[]${items()}`;
    }
    case "map": {
      const values = goType(type.values);
      return () => `map[string]${values()}`;
    }
    case "int":
      return () => `int${type.bits}`;
    case "double":
      return () => "float64";
    case "bytes":
      return () => "[]uint8";
    default:
      return () => (Object.hasOwn(GO_TYPES, type.kind) ? (GO_TYPES[type.kind] ?? "string") : "string");
  }
}

const GO_TYPES: Readonly<Record<string, string>> = {
  bool: "bool",
  quantity: "resource.Quantity",
  time: "v1.Time",
  microTime: "v1.MicroTime",
  duration: "v1.Duration",
  intOrString: "intstr.IntOrString",
  fieldsV1: "v1.FieldsV1",
  rawExtension: "runtime.RawExtension",
  json: "interface {}",
};
