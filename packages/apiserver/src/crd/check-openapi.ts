import type { JSONSchemaProps } from "@skates/api/apiextensions/v1";
import { type FieldError, forbidden, invalid, notSupported, type Path, required } from "@skates/apimachinery";
import { checkRuleTexts } from "./check-rule-texts.ts";
import { EMBEDDED_MEMBERS, isEmbedded, type StructuralSchema } from "./structural-schema.ts";

/** Where a schema stands. */
interface Position {
  readonly path: Path;
  readonly root: boolean;
  /** Within the metadata of an object, where defaults and embedded objects have less room. */
  readonly inMeta: boolean;
  /** Why no defaults may stand here. */
  readonly noDefaults?: string | undefined;
}

const TYPES = ["array", "boolean", "integer", "number", "object", "string"];

/** What a schema says that no schema of a custom resource may say, or that contradicts itself. In upstream's words. */
export function checkOpenApi(schema: StructuralSchema, path: Path): readonly FieldError[] {
  return checkAt(schema, { path, root: true, inMeta: false });
}

function checkAt(schema: StructuralSchema, position: Position): readonly FieldError[] {
  const { path } = position;
  const out: FieldError[] = [
    ...unsupportedParts(schema, position),
    ...propertyFindings(schema, path),
    ...extensionFindings(schema, path),
    ...checkRuleTexts(schema, path),
  ];
  const within = (part: StructuralSchema, place: Path, more: Partial<Position> = {}): void =>
    void out.push(...checkAt(part, { ...position, ...more, root: false, path: [...path, ...place] }));
  const { additional, properties, items, not } = schema;
  if (typeof additional === "object") {
    const noDefaults = position.inMeta ? "inside additionalProperties applying to object metadata" : undefined;
    within(additional, ["additionalProperties"], noDefaults === undefined ? {} : { noDefaults });
  }
  for (const [name, part] of properties)
    within(part, ["properties", { key: name }], metaPosition(schema, position, name));
  if (not !== undefined) within(not, ["not"]);
  for (const name of ["allOf", "oneOf", "anyOf"] as const) {
    for (const [index, part] of schema[name].entries()) within(part, [name, index]);
  }
  if (items !== undefined) within(items, ["items"]);
  return out;
}

function metaPosition(schema: StructuralSchema, { root }: Position, name: string): Partial<Position> {
  if (!(root || isEmbedded(schema)) || !EMBEDDED_MEMBERS.includes(name)) return {};
  return root ? { inMeta: true, noDefaults: `in top-level ${name}` } : { inMeta: true };
}

/** Parts of JSON Schema that upstream leaves out. */
function unsupportedParts({ props }: StructuralSchema, position: Position): readonly FieldError[] {
  const at = (name: string): Path => [...position.path, name];
  const out: FieldError[] = [];
  const type = props.type ?? "";
  if (type !== "" && !TYPES.includes(type)) {
    out.push(notSupported(at("type"), type, [...TYPES].sort()));
  }
  if (props.default !== undefined && position.noDefaults !== undefined) {
    out.push(forbidden(at("default"), `must not be set ${position.noDefaults}`));
  }
  for (const name of ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"] as const) {
    if (isSet(props[name])) out.push(forbidden(at(name), `${name} is not supported`));
  }
  if (type === "null") {
    out.push(forbidden(at("type"), "type cannot be set to null, use nullable as an alternative"));
  }
  if (Array.isArray(props.items)) out.push(forbidden(at("items"), "items must be a schema object and not an array"));
  if (position.inMeta && props["x-kubernetes-embedded-resource"] === true) {
    out.push(forbidden(at("x-kubernetes-embedded-resource"), "must not be used inside of resource meta"));
  }
  if (props.uniqueItems === true) {
    const text = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
    out.push(forbidden(at("uniqueItems"), text));
  }
  return out;
}

function isSet(value: unknown): boolean {
  if (value === undefined || value === "") return false;
  return typeof value !== "object" || value === null || Object.keys(value).length > 0;
}

function propertyFindings({ props, properties, additional }: StructuralSchema, path: Path): readonly FieldError[] {
  const out: FieldError[] = [];
  if (additional !== undefined && additional !== true && properties.size > 0) {
    const text = "additionalProperties and properties are mutual exclusive";
    out.push(forbidden([...path, "additionalProperties"], text));
  }
  if (props["x-kubernetes-preserve-unknown-fields"] === false) {
    out.push(invalid([...path, "x-kubernetes-preserve-unknown-fields"], false, "must be true or undefined"));
  }
  return out;
}

/** How lists and maps are merged. */
function extensionFindings(schema: StructuralSchema, path: Path): readonly FieldError[] {
  const { props } = schema;
  const at = (name: string): Path => [...path, name];
  const mapType = props["x-kubernetes-map-type"];
  const listType = props["x-kubernetes-list-type"];
  const keys = props["x-kubernetes-list-map-keys"] ?? [];
  const out: FieldError[] = [];
  if (mapType !== undefined) {
    out.push(...mustBe(props, "object", "x-kubernetes-map-type", path));
    if (!["atomic", "granular"].includes(mapType)) {
      out.push(notSupported(at("x-kubernetes-map-type"), mapType, ["atomic", "granular"]));
    }
  }
  if (listType !== undefined && props.type !== "array") {
    out.push(...mustBe(props, "array", "x-kubernetes-list-type", path));
  } else if (listType === "set") out.push(...setFindings(schema, path));
  if (listType !== undefined && !["atomic", "set", "map"].includes(listType)) {
    out.push(notSupported(at("x-kubernetes-list-type"), listType, ["atomic", "set", "map"]));
  }
  if (keys.length > 0 && listType !== "map") {
    const text = "must be map if x-kubernetes-list-map-keys is non-empty";
    const place = at("x-kubernetes-list-type");
    out.push(listType === undefined ? required(place, text) : invalid(place, listType, text));
  }
  if (listType === "map") out.push(...keyFindings(schema, keys, path));
  if (listType === "map" || listType === "set") out.push(...nullableFindings(schema, listType, path));
  return out;
}

function mustBe(
  { type = "" }: JSONSchemaProps,
  wanted: "array" | "object",
  extension: string,
  path: Path,
): readonly FieldError[] {
  if (type === wanted) return [];
  const text = `must be ${wanted} if ${extension} is specified`;
  return [type === "" ? required([...path, "type"], text) : invalid([...path, "type"], type, text)];
}

/** Items of a set are one value each. */
function setFindings({ items }: StructuralSchema, path: Path): readonly FieldError[] {
  const text = "must be atomic as item of a list with x-kubernetes-list-type=set";
  const listType = items?.props["x-kubernetes-list-type"];
  if (items?.props.type === "array" && listType !== undefined && listType !== "atomic") {
    return [invalid([...path, "items", "x-kubernetes-list-type"], listType, text)];
  }
  if (items?.props.type === "object" && items.props["x-kubernetes-map-type"] !== "atomic") {
    return [invalid([...path, "items", "x-kubernetes-map-type"], null, text)];
  }
  return [];
}

function keyFindings({ items }: StructuralSchema, keys: readonly string[], path: Path): readonly FieldError[] {
  const at = (...more: Path): Path => [...path, ...more];
  const out: FieldError[] = [];
  const place = at("x-kubernetes-list-map-keys");
  if (keys.length === 0) out.push(required(place, "must not be empty if x-kubernetes-list-type is map"));
  if (items === undefined) {
    return [...out, required(at("items"), "must have a schema if x-kubernetes-list-type is map")];
  }
  const type = items.props.type ?? "";
  if (type !== "object") {
    const text = "must be object if parent array's x-kubernetes-list-type is map";
    return [...out, invalid(at("items", "type"), type, text)];
  }
  for (const [index, key] of keys.entries()) {
    const keyType = items.properties.get(key)?.props.type;
    if (!items.properties.has(key)) out.push(invalid(place, keys, "entries must all be names of item properties"));
    if (keyType === "array" || keyType === "object") {
      const text = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      out.push(invalid(at("items", "properties", { key }, "type"), type, text));
    }
    if (keys.indexOf(key) !== index) out.push(invalid(place, keys, "must not contain duplicate entries"));
  }
  return out;
}

/** What tells items apart is always there. */
function nullableFindings({ props, items }: StructuralSchema, listType: string, path: Path): readonly FieldError[] {
  if (items === undefined) return [];
  const at = (...more: Path): Path => [...path, "items", ...more];
  const out: FieldError[] = [];
  if (items.props.nullable === true) {
    out.push(forbidden(at("nullable"), `cannot be nullable when x-kubernetes-list-type is ${listType}`));
  }
  const keys = listType === "map" ? (props["x-kubernetes-list-map-keys"] ?? []) : [];
  for (const key of keys) {
    const part = items.properties.get(key);
    if (part === undefined) continue;
    const of = "this property is in x-kubernetes-list-map-keys, so it";
    if (items.props.required?.includes(key) !== true && part.props.default === undefined) {
      out.push(required(at("properties", { key }, "default"), `${of} must have a default or be a required property`));
    }
    if (part.props.nullable === true) {
      out.push(forbidden(at("properties", { key }, "nullable"), `${of} cannot be nullable`));
    }
  }
  return out;
}
