import {
  type AnyStructOptions,
  type ApiObject,
  type FieldError,
  type Fields,
  type JsonSchema,
  deducedJson,
  json,
  type ListMerge,
  map,
  ObjectMeta,
  opt,
  ref,
  req,
  type Rule,
  type Struct,
  struct,
  type Type,
  type TypeNode,
  typeMeta,
} from "@skates/apimachinery";
import { completeValue } from "./complete-value.ts";
import { isEmbedded, keepsUnknown, type StructuralSchema, structuralSchema } from "./structural-schema.ts";

export interface SchemaStructOptions {
  /** Made when first needed: most kinds of a cluster are never used. */
  schema(): StructuralSchema;
  /** What OpenAPI says of the kind. */
  published(): JsonSchema;
  /** Findings on the whole object. */
  check(content: StructuralSchema, self: ApiObject, old: ApiObject | undefined): readonly FieldError[];
}

/** The struct of a custom kind. Nothing of its schema is looked at before somebody asks. */
export function schemaStruct(name: string, { schema, published, check }: SchemaStructOptions): Struct {
  let content: StructuralSchema | undefined;
  let fields: Fields | undefined;
  let options: AnyStructOptions | undefined;
  const contents = (): StructuralSchema => (content ??= contentOf(schema()));
  return {
    name,
    get fields() {
      fields ??= { ...OBJECT_FIELDS, ...fieldsOf(contents(), name) };
      return fields;
    },
    get options() {
      options ??= {
        checkStatus: true,
        get openApi() {
          return published();
        },
        ...(keepsUnknown(schema()) ? { keepsUnknown: true } : {}),
        defaults: (self: ApiObject): ApiObject => completed(contents(), self),
        rules: [((self, old) => check(contents(), self, old)) satisfies Rule<ApiObject>],
      };
      return options;
    },
  };
}

const OBJECT_FIELDS: Fields = {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "Standard object's metadata: name, namespace, labels and the other data that all objects have.",
  ),
};

/** All but what every object has. */
function contentOf({ props }: StructuralSchema): StructuralSchema {
  const { properties = {} } = props;
  const own = Object.entries(properties).filter(([name]) => !Object.hasOwn(OBJECT_FIELDS, name));
  return structuralSchema({ ...props, properties: Object.fromEntries(own) });
}

/** What an object has besides what every object has. */
export function withoutMeta({ apiVersion: _version, kind: _kind, metadata: _metadata, ...content }: ApiObject): object {
  return content;
}

function completed(schema: StructuralSchema, self: ApiObject): ApiObject {
  const content = withoutMeta(self);
  const next = completeValue(schema, content);
  if (next === content || typeof next !== "object") return self;
  return { apiVersion: self.apiVersion, kind: self.kind, metadata: self.metadata, ...next };
}

function fieldsOf(schema: StructuralSchema, name: string): Fields {
  const entries = [...schema.properties].map(([member, part], index) => {
    const nullable = part.props.nullable === true;
    const type = nullable ? freeType(part) : typeOf(part, `${name}_${member}`);
    return [
      member,
      opt(index + 2, type, part.props.description ?? "", { keepZero: true, ...(nullable ? { nullable } : {}) }),
    ] as const;
  });
  return Object.fromEntries(entries);
}

/** Scalars are read as any JSON, so that a wrong type is a finding of validation, as upstream has it. */
function typeOf(schema: StructuralSchema, name: string): Type<unknown> {
  const { props, additional, items } = schema;
  if (keepsUnknown(schema) || props["x-kubernetes-int-or-string"] === true || props.nullable === true)
    return freeType(schema);
  const atomic = props["x-kubernetes-map-type"] === "atomic";
  if (props.type === "array" && items !== undefined) return listType(schema, typeOf(items, name));
  if (props.type !== "object") return json;
  if (additional === true) return atomic ? map(json, "atomic") : map(deducedJson);
  if (typeof additional === "object") {
    const values = typeOf(additional, name);
    return atomic ? map(values, "atomic") : map(values);
  }
  if (isEmbedded(schema)) return freeType(schema);
  let own: Struct | undefined;
  return ref<unknown>(() => (own ??= struct(name, fieldsOf(schema, name), atomic ? { atomic: true } : {})));
}

/** What is read as it is: owned by its members, unless the schema says that it is owned as one. */
function freeType({ props }: StructuralSchema): Type<unknown> {
  return props["x-kubernetes-map-type"] === "atomic" ? json : deducedJson;
}

function listType({ props }: StructuralSchema, items: TypeNode): Type<unknown> {
  const kind = props["x-kubernetes-list-type"];
  const keys = props["x-kubernetes-list-map-keys"] ?? [];
  const merge: ListMerge = kind === "map" && items.kind === "ref" ? { keys } : kind === "set" ? "set" : "atomic";
  return { kind: "list", items, merge };
}
