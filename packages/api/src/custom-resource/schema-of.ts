import type { AnyField, Facets, Struct, TypeNode } from "@skates/apimachinery";
import type { JSONSchemaProps, ValidationRule } from "../apiextensions/v1/index.ts";

type Rules = Readonly<Record<string, readonly ValidationRule[]>>;
type Schema = { -readonly [K in keyof JSONSchemaProps]: JSONSchemaProps[K] };

/**
 * The structural schema of a struct, as a definition has it. Facets become validations; `immutable` and the rules by path become CEL.
 * A struct that contains itself is open where it comes again, as a structural schema has an end.
 */
export function schemaOf(struct: Struct, rules: Rules = {}, path = ""): JSONSchemaProps {
  return structSchema(struct, { rules, path, within: new Set() });
}

interface Place {
  readonly rules: Rules;
  readonly path: string;
  /** Structs that this one stands in. */
  readonly within: ReadonlySet<Struct>;
}

function structSchema(struct: Struct, { rules, path, within }: Place): JSONSchemaProps {
  if (within.has(struct)) return { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  const entries = Object.entries(struct.fields);
  const inner = new Set([...within, struct]);
  const properties = Object.fromEntries(
    entries.map(([name, field]) => {
      const place = { rules, path: path === "" ? name : `${path}.${name}`, within: inner };
      return [name, fieldSchema(field, place)];
    }),
  );
  const required = entries.filter(([, { sent }]) => sent).map(([name]) => name);
  return {
    type: "object",
    ...(struct.options.doc === undefined ? {} : { description: struct.options.doc }),
    properties,
    ...(required.length === 0 ? {} : { required }),
    ...(struct.options.keepsUnknown === true ? { "x-kubernetes-preserve-unknown-fields": true } : {}),
    ...(struct.options.atomic === true ? { "x-kubernetes-map-type": "atomic" } : {}),
    ...rulesAt(rules[path] ?? []),
  };
}

function rulesAt(rules: readonly ValidationRule[]): Pick<JSONSchemaProps, "x-kubernetes-validations"> {
  return rules.length === 0 ? {} : { "x-kubernetes-validations": rules };
}

const IMMUTABLE: ValidationRule = { rule: "self == oldSelf", message: "field is immutable" };

function fieldSchema({ type, doc, facets }: AnyField, place: Place): JSONSchemaProps {
  const schema: Schema = { ...typeSchema(type, place), ...facetSchema(type, facets) };
  if (doc !== "") schema.description = doc;
  const rules = [...(facets.immutable === true ? [IMMUTABLE] : []), ...(place.rules[place.path] ?? [])];
  return { ...schema, ...rulesAt(rules) };
}

function typeSchema(type: TypeNode, place: Place): JSONSchemaProps {
  switch (type.kind) {
    case "string":
      return type.values === undefined ? { type: "string" } : { type: "string", enum: [...type.values] };
    case "bool":
      return { type: "boolean" };
    case "int":
      return { type: "integer", format: type.bits === 32 ? "int32" : "int64" };
    case "double":
      return { type: "number", format: "double" };
    case "bytes":
      return { type: "string", format: "byte" };
    case "time":
    case "microTime":
      return { type: "string", format: "date-time" };
    case "duration":
      return { type: "string" };
    case "quantity":
    case "intOrString":
      return { "x-kubernetes-int-or-string": true };
    case "rawExtension":
      return { type: "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true };
    case "fieldsV1":
      return { type: "object", "x-kubernetes-preserve-unknown-fields": true };
    case "json":
      return { "x-kubernetes-preserve-unknown-fields": true };
    case "list":
      return { type: "array", items: { ...typeSchema(type.items, place) }, ...mergeSchema(type.merge) };
    case "map":
      return {
        type: "object",
        additionalProperties: { ...typeSchema(type.values, place) },
        ...(type.atomic === true ? { "x-kubernetes-map-type": "atomic" } : {}),
      };
    case "ref":
      return structSchema(type.target(), { ...place, rules: withoutOwn(place) });
  }
}

/** A rule for a field of a struct stands beside the field's other rules, not within the struct as well. */
function withoutOwn({ rules, path }: Place): Rules {
  return rules[path] === undefined ? rules : { ...rules, [path]: [] };
}

function mergeSchema(merge: Extract<TypeNode, { kind: "list" }>["merge"]): JSONSchemaProps {
  if (merge === "atomic") return { "x-kubernetes-list-type": "atomic" };
  if (merge === "set") return { "x-kubernetes-list-type": "set" };
  return { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [...merge.keys] };
}

/** Text formats of ours that upstream knows by other names. */
const FORMATS: Readonly<Record<string, string>> = { dns1123Label: "k8s-short-name", dns1123Subdomain: "k8s-long-name" };

function facetSchema(type: TypeNode, facets: Facets<unknown>): JSONSchemaProps {
  const schema: Schema = {};
  if (facets.minimum !== undefined) schema.minimum = facets.minimum;
  if (facets.maximum !== undefined) schema.maximum = facets.maximum;
  if (facets.minLength !== undefined) schema.minLength = facets.minLength;
  if (facets.maxLength !== undefined) schema.maxLength = facets.maxLength;
  if (facets.minItems !== undefined) schema.minItems = facets.minItems;
  if (facets.maxItems !== undefined) schema.maxItems = facets.maxItems;
  if (facets.nullable === true) schema.nullable = true;
  if (facets.atomic === true && type.kind !== "list") schema["x-kubernetes-map-type"] = "atomic";
  const format = facets.format === undefined ? undefined : FORMATS[facets.format];
  if (format !== undefined && type.kind === "string") schema.format = format;
  // A facet holds a value of the field's own type, which is JSON.
  if (facets.default !== undefined) schema.default = facets.default as JSONSchemaProps["default"];
  return schema;
}
