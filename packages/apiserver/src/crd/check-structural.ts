import { type FieldError, forbidden, formatPath, invalid, type Path, required } from "@skates/apimachinery";
import { RE2JS } from "re2js";
import { isEmbedded, keepsUnknown, type StructuralSchema } from "./structural-schema.ts";

/** Whether the schema of each value is told by its place alone, which pruning and defaulting rest on. In upstream's words. */
export function checkStructural(schema: StructuralSchema, path: Path): readonly FieldError[] {
  return [...checkSpine(schema, "root", path), ...checkCovered(schema, { spine: schema, spinePath: path, path })];
}

type Level = "root" | "item" | "field";

const EMPTY_TYPE: Readonly<Record<Level, string>> = {
  root: "must not be empty at the root",
  item: "must not be empty for specified array items",
  field: "must not be empty for specified object fields",
};

/** The part of a schema that is not within a junction: it gives every value its type. */
function checkSpine(schema: StructuralSchema, level: Level, path: Path): readonly FieldError[] {
  const { props, properties, items, additional } = schema;
  const at = (...more: Path): Path => [...path, ...more];
  const out: FieldError[] = [];
  const type = props.type ?? "";
  if (type === "array" && items === undefined) out.push(required(at("items"), "must be specified"));
  if (items !== undefined) out.push(...checkSpine(items, "item", at("items")));
  for (const [name, part] of properties) out.push(...checkSpine(part, "field", at("properties", { key: name })));
  if (additional !== undefined) {
    if (level === "root") out.push(forbidden(at("additionalProperties"), "must not be used at the root"));
    if (typeof additional === "object") out.push(...checkSpine(additional, "field", at("additionalProperties")));
  }
  out.push(...intOrStringFindings(schema, path));
  out.push(...checkJunctions(schema, { ...intOrStringJunctions(schema), path }));
  out.push(...typeFindings(schema, level, path));
  out.push(...metaFindings(schema, level, path));
  return out;
}

function typeFindings(schema: StructuralSchema, level: Level, path: Path): readonly FieldError[] {
  const { props, properties, additional } = schema;
  const type = props.type ?? "";
  const at = (name: string): Path => [...path, name];
  const out: FieldError[] = [];
  const embedded = isEmbedded(schema);
  if (embedded && type !== "object") {
    const text = "must be object if x-kubernetes-embedded-resource is true";
    out.push(type === "" ? required(at("type"), text) : invalid(at("type"), type, text));
  } else if (type === "" && props["x-kubernetes-int-or-string"] !== true && !keepsUnknown(schema)) {
    out.push(required(at("type"), EMPTY_TYPE[level]));
  }
  if (embedded && additional !== undefined) {
    out.push(forbidden(at("additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set"));
  }
  if (level === "root" && type !== "" && type !== "object") {
    out.push(invalid(at("type"), type, "must be object at the root"));
  }
  if (embedded && !keepsUnknown(schema) && properties.size === 0) {
    const text =
      "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
    out.push(required(at("properties"), text));
  }
  return out;
}

function intOrStringFindings({ props }: StructuralSchema, path: Path): readonly FieldError[] {
  if (props["x-kubernetes-int-or-string"] !== true) return [];
  const text = "must be false if x-kubernetes-int-or-string is true";
  const both = ["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"] as const;
  return both.filter((name) => props[name] === true).map((name) => invalid([...path, name], true, text));
}

/** What every object has is not defined again; its name may be narrowed. */
function metaFindings(schema: StructuralSchema, level: Level, path: Path): readonly FieldError[] {
  const { properties } = schema;
  const out: FieldError[] = [];
  const of = (name: string): Path => [...path, "properties", { key: name }];
  const checked = level === "root" || isEmbedded(schema);
  for (const name of ["kind", "apiVersion"]) {
    const type = properties.get(name)?.props.type ?? "";
    if (checked && properties.has(name) && type !== "string") {
      out.push(invalid([...of(name), "type"], type, "must be string"));
    }
  }
  const metadata = properties.get("metadata");
  if (metadata === undefined) return out;
  const type = metadata.props.type ?? "";
  if (checked && type !== "object") out.push(invalid([...of("metadata"), "type"], type, "must be object"));
  if (level === "root" && saysMore(metadata)) {
    const text = "must not specify anything other than name and generateName, but metadata is implicitly specified";
    out.push(forbidden(of("metadata"), text));
  }
  return out;
}

function saysMore({ props, properties }: StructuralSchema): boolean {
  const { type: _type, default: _default, properties: _properties, ...rest } = props;
  if ([...properties.keys()].some((name) => name !== "name" && name !== "generateName")) return true;
  return Object.values(rest).some((value) => value !== undefined && value !== false && value !== "");
}

interface Junction {
  readonly path: Path;
  /** The pattern `anyOf: [integer, string]`, which repeats what x-kubernetes-int-or-string says, stands here. */
  readonly skipAnyOf: boolean;
  /** The same within the first `allOf`. */
  readonly skipFirst: boolean;
}

function checkJunctions(schema: StructuralSchema, { path, skipAnyOf, skipFirst }: Junction): readonly FieldError[] {
  const { allOf, anyOf, oneOf, not, props } = schema;
  const out: FieldError[] = [];
  const nested = (part: StructuralSchema, place: Path, skip = false): void =>
    void out.push(...checkNested(part, { path: [...path, ...place], skipAnyOf: skip, skipFirst: false }));
  if (!skipAnyOf) for (const [index, part] of anyOf.entries()) nested(part, ["anyOf", index]);
  for (const [index, part] of allOf.entries()) nested(part, ["allOf", index], skipFirst && index === 0);
  for (const [index, part] of oneOf.entries()) nested(part, ["oneOf", index]);
  if (not !== undefined) nested(not, ["not"]);
  if (props.pattern !== undefined) {
    const cause = patternError(props.pattern);
    const text = `must be a valid regular expression, but isn't: ${cause}`;
    if (cause !== undefined) out.push(invalid([...path, "pattern"], props.pattern, text));
  }
  return out;
}

function patternError(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What a schema within a junction must leave to the spine. */
const SPINE_ONLY = [
  ["default", "must be undefined to be structural"],
  ["title", "must be empty to be structural"],
  ["description", "must be empty to be structural"],
  ["nullable", "must be false to be structural"],
  ["x-kubernetes-preserve-unknown-fields", "must be false to be structural"],
  ["x-kubernetes-embedded-resource", "must be false to be structural"],
  ["x-kubernetes-int-or-string", "must be false to be structural"],
  ["x-kubernetes-list-map-keys", "must be empty to be structural"],
  ["x-kubernetes-list-type", "must be undefined to be structural"],
  ["x-kubernetes-map-type", "must be undefined to be structural"],
  ["x-kubernetes-validations", "must be empty to be structural"],
] as const;

function checkNested(schema: StructuralSchema, junction: Junction): readonly FieldError[] {
  const { path } = junction;
  const { props, properties, items, additional } = schema;
  const at = (...more: Path): Path => [...path, ...more];
  const within = (part: StructuralSchema, ...place: Path): readonly FieldError[] =>
    checkNested(part, { path: at(...place), skipAnyOf: false, skipFirst: false });
  const out: FieldError[] = [...checkJunctions(schema, junction)];
  if (items !== undefined) out.push(...within(items, "items"));
  for (const [name, part] of properties) out.push(...within(part, "properties", { key: name }));
  if ((props.type ?? "") !== "") out.push(forbidden(at("type"), "must be empty to be structural"));
  if (additional !== undefined) {
    out.push(forbidden(at("additionalProperties"), "must be undefined to be structural"));
  }
  for (const [name, text] of SPINE_ONLY) if (says(props[name])) out.push(forbidden(at(name), text));
  if (properties.has("metadata")) {
    const text = "must not be specified in a nested context";
    out.push(forbidden(at("properties", { key: "metadata" }), text));
  }
  return out;
}

function says(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== false && value !== "";
}

/** Upstream allows the types of an int-or-string to be repeated in a junction, in these two forms only. */
function intOrStringJunctions(schema: StructuralSchema): { readonly skipAnyOf: boolean; readonly skipFirst: boolean } {
  const [first] = schema.allOf;
  return { skipAnyOf: isPair(schema.anyOf), skipFirst: first !== undefined && isPair(first.anyOf) };
}

function isPair([first, second, ...more]: readonly StructuralSchema[]): boolean {
  return more.length === 0 && isBare(first, "integer") && isBare(second, "string");
}

function isBare(schema: StructuralSchema | undefined, type: string): boolean {
  return schema !== undefined && schema.props.type === type && Object.keys(schema.props).length === 1;
}

/** A part of the spine, and where it and what is compared with it stand. */
interface Covering {
  readonly spine: StructuralSchema;
  readonly spinePath: Path;
  readonly path: Path;
}

/** Every property and item that a junction speaks of is one that the spine knows. */
function checkCovered(value: StructuralSchema, { spine, spinePath, path }: Covering): readonly FieldError[] {
  const out: FieldError[] = [];
  const nested = (part: StructuralSchema, ...place: Path): void =>
    void out.push(...checkNestedCovered(part, { spine, spinePath, path: [...path, ...place] }));
  if (value.not !== undefined) nested(value.not, "not");
  for (const name of ["allOf", "anyOf", "oneOf"] as const) {
    for (const [index, part] of value[name].entries()) nested(part, name, index);
  }
  return out;
}

function checkNestedCovered(value: StructuralSchema, covering: Covering): readonly FieldError[] {
  const { spine } = covering;
  const out = [...checkCovered(value, covering)];
  const below = (part: StructuralSchema, found: StructuralSchema | undefined, step: Path): void => {
    const spinePath = [...covering.spinePath, ...step];
    const path = [...covering.path, ...step];
    if (found === undefined) out.push(required(spinePath, `because it is defined in ${formatPath(path)}`));
    else out.push(...checkNestedCovered(part, { spine: found, spinePath, path }));
  };
  if (value.items !== undefined) below(value.items, spine.items, ["items"]);
  for (const [name, part] of value.properties) below(part, spine.properties.get(name), ["properties", { key: name }]);
  return out;
}
