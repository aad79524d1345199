import type { AnyField, Struct } from "../struct.ts";
import type { TypeNode } from "../type.ts";
import { definitionName, groupOf } from "./names.ts";

/** A schema of OpenAPI 3.0, as far as it is used here. Plain JSON. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly allOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean";
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema;
  readonly [extension: `x-kubernetes-${string}`]: unknown;
}

const REF = "#/components/schemas/";

/** The definitions of all structs given and of what they refer to, by upstream's names, sorted. */
export function openApiDefinitions(structs: Iterable<Struct>): Record<string, JsonSchema> {
  const found = new Map<string, JsonSchema>();
  const waiting = [...structs];
  for (let struct = waiting.pop(); struct !== undefined; struct = waiting.pop()) {
    const name = definitionName(struct);
    if (found.has(name)) continue;
    found.set(name, structSchema(struct));
    for (const [own, field] of Object.entries(struct.fields)) {
      if (struct.options.openApi !== undefined && own !== "metadata") continue;
      const type = innermost(field.type);
      if (type.kind === "ref") waiting.push(type.target());
      else if (Object.hasOwn(NAMED, type.kind)) addNamed(found, type);
    }
  }
  return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The definition of the list of a kind, `io.k8s.api.core.v1.PodList`, which no struct describes: its name and schema. */
export function openApiList(struct: Struct): readonly [name: string, schema: JsonSchema] {
  const name = definitionName(struct);
  const kind = `${name.slice(name.lastIndexOf(".") + 1)}List`;
  const meta = { $ref: `${REF}io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta` };
  const schema: JsonSchema = {
    description: `A list of objects of kind ${kind.slice(0, -4)}.`,
    type: "object",
    required: ["items"],
    properties: {
      apiVersion: { description: "Group and version of the schema that this list is written in.", type: "string" },
      items: {
        description: "The objects.",
        type: "array",
        items: { default: {}, allOf: [{ $ref: REF + name }] },
      },
      kind: { description: "Which kind of list this is.", type: "string" },
      metadata: { description: "Version of the list, and how to go on reading it.", default: {}, allOf: [meta] },
    },
    "x-kubernetes-group-version-kind": [{ group: groupOf(struct) ?? "", kind, version: versionOf(struct) }],
  };
  return [`${name}List`, schema];
}

/** The shared types that upstream describes by definitions of their own. */
const NAMED: Readonly<Partial<Record<TypeNode["kind"], readonly [name: string, schema: JsonSchema]>>> = {
  time: [
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time",
    { description: "An instant, RFC 3339, in whole seconds.", type: "string", format: "date-time" },
  ],
  microTime: [
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime",
    { description: "An instant, RFC 3339, with microseconds.", type: "string", format: "date-time" },
  ],
  duration: [
    "io.k8s.apimachinery.pkg.apis.meta.v1.Duration",
    { description: "A span of time such as 1m30s.", type: "string" },
  ],
  quantity: [
    "io.k8s.apimachinery.pkg.api.resource.Quantity",
    {
      description: "An exact number with an optional unit prefix, such as 100m, 1.5, 2k or 1Gi.",
      oneOf: [{ type: "string" }, { type: "number" }],
    },
  ],
  intOrString: [
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
    {
      description: "A number, or a text such as a percentage or the name of a port.",
      format: "int-or-string",
      oneOf: [{ type: "integer" }, { type: "string" }],
    },
  ],
  fieldsV1: [
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1",
    { description: "A set of fields as a tree of path elements.", type: "object" },
  ],
  rawExtension: [
    "io.k8s.apimachinery.pkg.runtime.RawExtension",
    { description: "An object of any kind.", type: "object" },
  ],
  json: [
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON",
    { description: "Any JSON value.", "x-kubernetes-preserve-unknown-fields": true },
  ],
};

function addNamed(found: Map<string, JsonSchema>, type: TypeNode): void {
  const named = NAMED[type.kind];
  if (named !== undefined) found.set(named[0], named[1]);
}

function innermost(type: TypeNode): TypeNode {
  let inner = type;
  while (inner.kind === "list" || inner.kind === "map") inner = inner.kind === "list" ? inner.items : inner.values;
  return inner;
}

function structSchema(struct: Struct): JsonSchema {
  const entries = Object.entries(struct.fields);
  const properties: Record<string, JsonSchema> = {};
  for (const [name, field] of entries.toSorted(([a], [b]) => (a < b ? -1 : 1))) properties[name] = fieldSchema(field);
  const group = groupOf(struct);
  const { openApi } = struct.options;
  if (openApi !== undefined) return { ...openApi, "x-kubernetes-group-version-kind": [kindOf(struct, group)] };
  const typed = entries.some(([name, field]) => name === "apiVersion" && field.tag === 0);
  const required = entries.filter(([, field]) => mustBeSent(field, typed)).map(([name]) => name);
  return {
    ...describe(struct.options.doc),
    type: "object",
    ...(required.length === 0 ? {} : { required: required.toSorted() }),
    ...(entries.length === 0 ? {} : { properties }),
    ...(struct.options.atomic === true ? { "x-kubernetes-map-type": "atomic" } : {}),
    ...(typed ? { "x-kubernetes-group-version-kind": [kindOf(struct, group)] } : {}),
  };
}

/** Of a kind, clients may leave out metadata, spec and status: then the fields within are asked for. */
function mustBeSent({ type, facets, sent, tag }: AnyField, typed: boolean): boolean {
  return sent && tag !== 0 && facets.default === undefined && !(typed && type.kind === "ref");
}

function kindOf(struct: Struct, group = ""): Readonly<Record<string, string>> {
  const kind = struct.name.slice(struct.name.lastIndexOf(".") + 1);
  return { group, kind, version: versionOf(struct) };
}

function versionOf(struct: Struct): string {
  return struct.name.slice(struct.name.indexOf("/") + 1, struct.name.lastIndexOf("."));
}

function fieldSchema(field: AnyField): JsonSchema {
  const { type, facets, doc } = field;
  const schema = typeSchema(type);
  const described = describe(doc);
  const initial = defaultOf(field);
  const merging: JsonSchema = {
    ...(facets.patch === undefined ? {} : { "x-kubernetes-patch-strategy": facets.patch }),
    ...(facets.patchKey === undefined ? {} : { "x-kubernetes-patch-merge-key": facets.patchKey }),
    ...(facets.atomic === true ? { "x-kubernetes-map-type": "atomic" } : {}),
  };
  // A reference may have no siblings.
  const base: JsonSchema = schema.$ref === undefined ? schema : { allOf: [schema] };
  return { ...described, ...initial, ...base, ...bounds(facets), ...merging };
}

function describe(doc: string | undefined): JsonSchema {
  return doc === undefined || doc === "" ? {} : { description: doc };
}

function defaultOf({ type, facets, sent, tag }: AnyField): JsonSchema {
  if (facets.default !== undefined) return { default: facets.default as unknown };
  if (type.kind === "ref") return sent || facets.emitEmpty === true ? { default: {} } : {};
  return sent && tag !== 0 ? zeroDefault(type) : {};
}

function zeroDefault(type: TypeNode): JsonSchema {
  if (type.kind === "string") return { default: "" };
  if (type.kind === "int" || type.kind === "double") return { default: 0 };
  return type.kind === "bool" ? { default: false } : {};
}

function bounds(facets: AnyField["facets"]): JsonSchema {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = facets;
  return {
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(minItems === undefined ? {} : { minItems }),
    ...(maxItems === undefined ? {} : { maxItems }),
  };
}

function typeSchema(type: TypeNode): JsonSchema {
  const named = NAMED[type.kind];
  if (named !== undefined) return { $ref: REF + named[0] };
  switch (type.kind) {
    case "ref":
      return { $ref: REF + definitionName(type.target()) };
    case "list":
      return { type: "array", items: itemSchema(type.items), ...listExtensions(type.merge) };
    case "map":
      return {
        type: "object",
        additionalProperties: itemSchema(type.values),
        ...(type.atomic === true ? { "x-kubernetes-map-type": "atomic" } : {}),
      };
    case "bool":
      return { type: "boolean" };
    case "int":
      return { type: "integer", format: `int${type.bits}` };
    case "double":
      return { type: "number", format: "double" };
    case "bytes":
      return { type: "string", format: "byte" };
    case "string":
      return type.values === undefined ? { type: "string" } : { type: "string", enum: type.values };
    default:
      return {};
  }
}

function itemSchema(type: TypeNode): JsonSchema {
  const schema = typeSchema(type);
  if (schema.$ref !== undefined) return type.kind === "ref" ? { default: {}, allOf: [schema] } : schema;
  return { ...schema, ...zeroDefault(type) };
}

function listExtensions(merge: (TypeNode & { readonly kind: "list" })["merge"]): JsonSchema {
  if (typeof merge === "string") return { "x-kubernetes-list-type": merge };
  return { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": merge.keys };
}
