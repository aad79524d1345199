import { isRecord } from "@skates/apimachinery";
import { CelError } from "../cel-error.ts";
import type { JsonType } from "../json-type.ts";
import { REQUEST_BYTES_MAX } from "../limits.ts";
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  objectType,
  stringType,
  timestampType,
} from "../type.ts";
import type { CelValue, ListRules } from "../value.ts";
import { JsonList } from "../values/list.ts";
import { double, isInteger } from "../values/scalars.ts";
import { anyJson } from "./any-json.ts";
import { escapeName } from "./escape-name.ts";
import { JsonMap } from "./json-map.ts";
import { toBytesOfBase64, toDateOfJson, toDurationOfJson, toTimestampOfJson } from "./json-scalars.ts";
import { mapListRules, SET_RULES } from "./list-rules.ts";

/** What is read of a schema of a custom resource, as the API names it. */
export interface SchemaProps {
  readonly type?: string | undefined;
  readonly format?: string | undefined;
  readonly maxLength?: number | bigint | undefined;
  readonly maxItems?: number | bigint | undefined;
  readonly maxProperties?: number | bigint | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly required?: readonly string[] | undefined;
  readonly nullable?: boolean | undefined;
  readonly default?: unknown;
  readonly "x-kubernetes-int-or-string"?: boolean | undefined;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean | undefined;
  readonly "x-kubernetes-embedded-resource"?: boolean | undefined;
  readonly "x-kubernetes-list-type"?: string | undefined;
  readonly "x-kubernetes-list-map-keys"?: readonly string[] | undefined;
}

/** A structural schema with its parts told apart. The API server's own form of it is one. */
export interface CelSchema {
  readonly props: SchemaProps;
  readonly properties: ReadonlyMap<string, CelSchema>;
  readonly items: CelSchema | undefined;
  /** The schema of all members that `properties` do not name, or whether there may be such. */
  readonly additional: CelSchema | boolean | undefined;
}

export interface SchemaOptions {
  /**
   * The value is a whole object: `apiVersion`, `kind`, `metadata.name` and `metadata.generateName` are there. Default: whether the
   * schema says that it is an embedded one.
   */
  readonly root?: boolean;
  /** Name of the object's type; those within it are named by their paths. */
  readonly name?: string;
}

/**
 * How values of a schema appear in expressions, as upstream has it for rules of custom resources: fields by escaped names, sizes
 * by the schema's bounds or else by what fits into a request. Undefined: expressions do not see such values.
 */
export function jsonTypeOfSchema(
  schema: CelSchema,
  { root = schema.props["x-kubernetes-embedded-resource"] === true, name = "object" }: SchemaOptions = {},
): JsonType | undefined {
  const { props } = schema;
  if (props["x-kubernetes-int-or-string"] === true) return intOrStringType(props);
  switch (props.type) {
    case "array":
      return listJsonType(schema, name);
    case "object":
      return isMapSchema(schema)
        ? mapJsonType(schema, name)
        : objectJsonType(root ? withObjectMeta(schema) : schema, name);
    case "string":
      return stringJsonType(props);
    case "boolean":
      return nullableJson(props, { type: boolType, adapt: adaptBoolean, minSizeBytes: 4, maxSize: 0 });
    case "number":
      return nullableJson(props, { type: doubleType, adapt: adaptNumber, minSizeBytes: 1, maxSize: 0 });
    case "integer":
      return nullableJson(props, { type: intType, adapt: adaptInteger, minSizeBytes: 1, maxSize: 0 });
    default:
      return undefined;
  }
}

/** Null where a schema allows it, and upstream's words where it does not. */
function nullableJson({ nullable }: SchemaProps, type: JsonType): JsonType {
  const { adapt } = type;
  return {
    ...type,
    adapt: (json) => {
      if (json !== null && json !== undefined) return adapt(json);
      if (nullable === true) return null;
      throw new CelError("invalid data, got null for schema with nullable=false");
    },
  };
}

function adaptBoolean(json: unknown): CelValue {
  if (typeof json === "boolean") return json;
  throw unexpected("bool", json);
}

function adaptNumber(json: unknown): CelValue {
  if (typeof json === "number" || typeof json === "bigint") return double(Number(json));
  throw unexpected("float", json);
}

function adaptInteger(json: unknown): CelValue {
  const value = anyJson.adapt(json);
  if (isInteger(value)) return value;
  throw unexpected("int", json);
}

function unexpected(what: string, json: unknown): CelError {
  return new CelError(`invalid data, expected ${what}, got ${typeName(json)}`);
}

function typeName(json: unknown): string {
  if (Array.isArray(json)) return "[]interface {}";
  if (isRecord(json)) return "map[string]interface {}";
  if (typeof json === "number") return Number.isInteger(json) ? "int64" : "float64";
  return typeof json === "boolean" ? "bool" : typeof json;
}

function intOrStringType(props: SchemaProps): JsonType {
  const maxSize = props.maxLength === undefined ? REQUEST_BYTES_MAX - 2 : characterBytes(props.maxLength);
  const adapt = (json: unknown): CelValue => {
    const value = anyJson.adapt(json);
    if (typeof value === "string" || isInteger(value)) return value;
    throw new CelError("invalid data, expected XIntOrString value to be either a string or integer");
  };
  return nullableJson(props, { type: dynType, adapt, minSizeBytes: 1, maxSize });
}

/** Lengths are in characters of up to four bytes, requests in bytes. */
function characterBytes(maxLength: number | bigint): number {
  return bound(maxLength) * 4;
}

function bound(limit: number | bigint): number {
  return Math.max(Number(limit), 0);
}

interface StringForm {
  readonly type: CelType;
  readonly parse: (text: string) => CelValue;
  readonly minSizeBytes: number;
  readonly maxSize: number;
}

/** Formats that are more than text. Sizes are those of the text with its quotes. */
const STRING_FORMS: ReadonlyMap<string, StringForm> = new Map<string, StringForm>([
  ["duration", { type: durationType, parse: toDurationOfJson, minSizeBytes: 3, maxSize: 32 }],
  ["date", { type: timestampType, parse: toDateOfJson, minSizeBytes: 12, maxSize: 12 }],
  ["date-time", { type: timestampType, parse: toTimestampOfJson, minSizeBytes: 21, maxSize: 32 }],
  ["byte", { type: bytesType, parse: toBytesOfBase64, minSizeBytes: 2, maxSize: REQUEST_BYTES_MAX - 2 }],
]);
const PLAIN: StringForm = {
  type: stringType,
  parse: (text) => text,
  minSizeBytes: 2,
  maxSize: REQUEST_BYTES_MAX - 2,
};

function stringJsonType(props: SchemaProps): JsonType {
  const form = STRING_FORMS.get(props.format ?? "") ?? PLAIN;
  const { type, parse, minSizeBytes } = form;
  const adapt = (json: unknown) => {
    if (typeof json !== "string") throw unexpected("string", json);
    return parse(json);
  };
  return nullableJson(props, { type, adapt, minSizeBytes, maxSize: stringSizeMax(props, form) });
}

function stringSizeMax({ maxLength, enum: values = [] }: SchemaProps, form: StringForm): number {
  if (form === PLAIN) {
    if (maxLength !== undefined) return characterBytes(maxLength);
    if (values.length > 0) return Math.max(...values.map((value) => (typeof value === "string" ? value.length : 0)));
  }
  return form.type === bytesType && maxLength !== undefined ? bound(maxLength) : form.maxSize;
}

function listJsonType({ props, items }: CelSchema, name: string): JsonType | undefined {
  const element = items === undefined ? undefined : jsonTypeOfSchema(items, { name: `${name}.@idx` });
  if (element === undefined) return undefined;
  const rules = listRules(props);
  const adapt = (json: unknown) => {
    if (!Array.isArray(json))
      throw new CelError("invalid data, expected an array for the provided schema with type=array");
    return new JsonList(json, element.adapt, rules);
  };
  const maxSize =
    props.maxItems === undefined
      ? Math.floor((REQUEST_BYTES_MAX - 2) / (element.minSizeBytes + 1))
      : bound(props.maxItems);
  return nullableJson(props, { type: listType(element.type), adapt, minSizeBytes: 2, maxSize, element });
}

function listRules(props: SchemaProps): ListRules | undefined {
  switch (props["x-kubernetes-list-type"]) {
    case "map":
      return mapListRules(props["x-kubernetes-list-map-keys"] ?? []);
    case "set":
      return SET_RULES;
    default:
      return undefined;
  }
}

function isMapSchema({ additional }: CelSchema): boolean {
  return additional !== undefined && typeof additional !== "boolean";
}

function mapJsonType({ props, additional }: CelSchema, name: string): JsonType | undefined {
  if (additional === undefined || typeof additional === "boolean") return undefined;
  const element = jsonTypeOfSchema(additional, { name: `${name}.@elem` });
  if (element === undefined) return undefined;
  const members = { fields: false, adaptMember: (_: string, json: unknown) => element.adapt(json) };
  const maxSize =
    props.maxProperties === undefined
      ? Math.floor((REQUEST_BYTES_MAX - 2) / (element.minSizeBytes + 6))
      : bound(props.maxProperties);
  const key: JsonType = { type: stringType, adapt: anyJson.adapt, minSizeBytes: 2, maxSize: 0 };
  const type = mapType(stringType, element.type);
  const adapt = (json: unknown) => new JsonMap(recordOf(json), members);
  return nullableJson(props, { type, adapt, minSizeBytes: 2, maxSize, key, element });
}

function recordOf(json: unknown): Readonly<Record<string, unknown>> {
  if (isRecord(json)) return json;
  throw new CelError("invalid data, expected a map for the provided schema with type=object");
}

function objectJsonType({ props, properties }: CelSchema, name: string): JsonType {
  const fields = new Map<string, JsonType>();
  const required = new Set(props.required ?? []);
  let minSizeBytes = 2;
  for (const [property, part] of properties) {
    const type = jsonTypeOfSchema(part, { name: `${name}.${property}` });
    if (type === undefined) continue;
    const escaped = escapeName(property);
    if (escaped !== undefined) fields.set(escaped, type);
    // What has a default is filled in by the server.
    const isSent = required.has(property) && part.props.default === undefined;
    if (isSent) minSizeBytes += property.length + type.minSizeBytes + 4;
  }
  // Reserved words may be written as they are where a field is selected.
  const field = (escaped: string) => fields.get(escaped) ?? fields.get(`__${escaped}__`);
  const adaptMember = (property: string, json: unknown) => {
    const escaped = escapeName(property);
    const type = escaped === undefined ? undefined : fields.get(escaped);
    return type?.adapt(json);
  };
  const members = { fields: true, adaptMember };
  const type = objectType(name, { field: (escaped) => field(escaped)?.type });
  const adapt = (json: unknown) => new JsonMap(recordOf(json), members);
  return nullableJson(props, { type, adapt, minSizeBytes, maxSize: 0, field });
}

const TEXT: CelSchema = { props: { type: "string" }, properties: new Map(), items: undefined, additional: undefined };

/** The schema with what every object has. */
function withObjectMeta(schema: CelSchema): CelSchema {
  const meta: CelSchema = {
    props: { type: "object" },
    properties: new Map([
      ["name", TEXT],
      ["generateName", TEXT],
    ]),
    items: undefined,
    additional: undefined,
  };
  if (hasObjectMeta(schema)) return schema;
  const properties = new Map([...schema.properties, ["kind", TEXT], ["apiVersion", TEXT], ["metadata", meta]] as const);
  return { ...schema, properties };
}

function hasObjectMeta({ properties }: CelSchema): boolean {
  const isText = (part: CelSchema | undefined) => part?.props.type === "string";
  const meta = properties.get("metadata");
  return (
    isText(properties.get("kind")) &&
    isText(properties.get("apiVersion")) &&
    meta?.props.type === "object" &&
    isText(meta.properties.get("name")) &&
    isText(meta.properties.get("generateName"))
  );
}
