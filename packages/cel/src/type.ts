/** Which sort of type; `object` is one with named fields, `opaque` one that only functions can look into, `param` stands for any type. */
export type TypeKind =
  | "dyn"
  | "any"
  | "error"
  | "null"
  | "bool"
  | "int"
  | "uint"
  | "double"
  | "string"
  | "bytes"
  | "timestamp"
  | "duration"
  | "list"
  | "map"
  | "object"
  | "opaque"
  | "type"
  | "param";

/** A type of the language. Types are compared by `sameType`, never by identity. */
export interface CelType {
  readonly kind: TypeKind;
  /** As `type(x)` names it: `int`, `google.protobuf.Timestamp`, `net.IP`. */
  readonly name: string;
  /** Element of a list; key and value of a map; what an `optional_type` holds; what a type is the type of. */
  readonly parameters: readonly CelType[];
  /** Of a type of kind `object`: its fields. Absent: nothing is known of them, and nothing may be selected. */
  readonly declaration?: ObjectDeclaration;
  /** Also takes null (a protobuf wrapper, a nullable value). */
  readonly nullable?: true;
}

/** The fields of an object type. Names are as an expression spells them, that is escaped (see `escapeName`). */
export interface ObjectDeclaration {
  /** The type of a field; undefined: there is no such field. */
  field(name: string): CelType | undefined;
}

function simple(kind: TypeKind, name: string): CelType {
  return { kind, name, parameters: [] };
}

/** A value of any type; checks wait for the evaluation. */
export const dynType: CelType = simple("dyn", "dyn");
/** As `dynType`; printed otherwise. */
export const anyType: CelType = simple("any", "google.protobuf.Any");
/** What has already been complained about; matches everything. */
export const errorType: CelType = simple("error", "!error!");
export const nullType: CelType = simple("null", "null_type");
export const boolType: CelType = simple("bool", "bool");
export const intType: CelType = simple("int", "int");
export const uintType: CelType = simple("uint", "uint");
export const doubleType: CelType = simple("double", "double");
export const stringType: CelType = simple("string", "string");
export const bytesType: CelType = simple("bytes", "bytes");
export const timestampType: CelType = simple("timestamp", "google.protobuf.Timestamp");
export const durationType: CelType = simple("duration", "google.protobuf.Duration");
/** The type of types whose subject is not known. */
export const typeType: CelType = simple("type", "type");

/** A list of `element`. */
export function listType(element: CelType): CelType {
  return { kind: "list", name: "list", parameters: [element] };
}

/** A map; keys are `bool`, `int`, `uint` or `string`. */
export function mapType(key: CelType, value: CelType): CelType {
  return { kind: "map", name: "map", parameters: [key, value] };
}

/** The type of an `optional.of(…)`. */
export function optionalType(of: CelType): CelType {
  return opaqueType("optional_type", of);
}

/** A type that only functions can look into. */
export function opaqueType(name: string, ...parameters: readonly CelType[]): CelType {
  return { kind: "opaque", name, parameters };
}

/** A type with named fields; without a declaration nothing may be selected from it. */
export function objectType(name: string, declaration?: ObjectDeclaration): CelType {
  return declaration === undefined ? simple("object", name) : { ...simple("object", name), declaration };
}

/** An object type with just these fields. */
export function recordType(name: string, fields: Readonly<Record<string, CelType>>): CelType {
  return objectType(name, { field: (field) => (Object.hasOwn(fields, field) ? fields[field] : undefined) });
}

/** The type of a type. */
export function typeOfType(subject: CelType): CelType {
  return { kind: "type", name: "type", parameters: [subject] };
}

/** A type parameter, which one call binds to one type. */
export function paramType(name: string): CelType {
  return simple("param", name);
}

/** As `type`, and null besides. */
export function nullableType(type: CelType): CelType {
  return { ...type, nullable: true };
}

/** True if the type says nothing before the evaluation. */
export function isDynType(type: CelType): boolean {
  return type.kind === "dyn" || type.kind === "any" || type.kind === "error";
}

/** True if the two are the same type: kind, name and parameters. */
export function sameType(one: CelType, other: CelType): boolean {
  if (one === other) return true;
  if (one.kind !== other.kind || one.name !== other.name || one.parameters.length !== other.parameters.length)
    return false;
  return one.parameters.every((parameter, index) => sameType(parameter, other.parameters[index] ?? errorType));
}

const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  ["any", "any"],
  ["null", "null"],
  ["timestamp", "timestamp"],
  ["duration", "duration"],
]);

/** The type as messages of the checker print it: `map(string, list(int))`, `timestamp`. */
export function formatType(type: CelType): string {
  const short = SHORT_NAMES.get(type.kind);
  if (short !== undefined) return short;
  return withParameters(type.nullable === true ? `wrapper(${type.name})` : type.name, type, formatType);
}

/** The type in full, as a policy's messages name it: `must evaluate to bool but got google.protobuf.Timestamp`. */
export function typeName(type: CelType): string {
  if (type.kind === "param") return `<${type.name}>`;
  return withParameters(type.nullable === true ? `wrapper(${type.name})` : type.name, type, typeName);
}

function withParameters(name: string, type: CelType, format: (type: CelType) => string): string {
  return type.parameters.length === 0 ? name : `${name}(${type.parameters.map(format).join(", ")})`;
}
