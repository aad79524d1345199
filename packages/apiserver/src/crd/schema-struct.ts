import {
  type ApiObject,
  type FieldError,
  type Fields,
  isRecord,
  type JsonSchema,
  json,
  type ListMerge,
  map,
  ObjectMeta,
  opt,
  ref,
  req,
  type Struct,
  struct,
  type Type,
  type TypeNode,
  typeMeta,
} from "@skates/apimachinery";
import { completeValue } from "./complete-value.ts";
import { keepsUnknown, type StructuralSchema } from "./structural-schema.ts";
import { validateCustom } from "./validate-custom.ts";

/** The struct of a custom kind; `published` is what OpenAPI says of it. */
export function schemaStruct(name: string, schema: StructuralSchema, published: JsonSchema): Struct {
  const content: StructuralSchema = { ...schema, properties: contentOf(schema) };
  return struct(
    name,
    {
      ...typeMeta,
      metadata: req(
        1,
        ref<ObjectMeta>(() => ObjectMeta),
        "Name, namespace, labels and the other data that all objects have.",
      ),
      ...fieldsOf(content, name),
    },
    {
      checkStatus: true,
      openApi: published,
      ...(keepsUnknown(schema) ? { keepsUnknown: true } : {}),
      defaults: (self: ApiObject): ApiObject => completed(content, self),
      rules: [
        (self: ApiObject, old: ApiObject | undefined): readonly FieldError[] =>
          validateCustom(content, withoutMeta(self), old === undefined ? undefined : withoutMeta(old)),
      ],
    },
  );
}

/** All but what every object has. */
function contentOf({ properties }: StructuralSchema): ReadonlyMap<string, StructuralSchema> {
  return new Map([...properties].filter(([name]) => !Object.hasOwn(typeMeta, name) && name !== "metadata"));
}

function withoutMeta({ apiVersion: _version, kind: _kind, metadata: _metadata, ...content }: ApiObject): object {
  return content;
}

function completed(schema: StructuralSchema, self: ApiObject): ApiObject {
  const content = withoutMeta(self);
  const next = completeValue(schema, content);
  if (next === content || !isRecord(next)) return self;
  return { apiVersion: self.apiVersion, kind: self.kind, metadata: self.metadata, ...next };
}

function fieldsOf(schema: StructuralSchema, name: string): Fields {
  const entries = [...schema.properties].map(([member, part], index) => {
    const nullable = part.props.nullable === true;
    const type = nullable ? json : typeOf(part, `${name}_${member}`);
    return [
      member,
      opt(index + 2, type, part.props.description ?? "", { keepZero: true, ...(nullable ? { nullable } : {}) }),
    ] as const;
  });
  return Object.fromEntries(entries);
}

/** Scalars are read as any JSON, so that a wrong type is a finding of validation, as upstream has it. */
function typeOf(schema: StructuralSchema, name: string): Type<unknown> {
  const { props, additional, properties, items } = schema;
  if (keepsUnknown(schema) || props["x-kubernetes-int-or-string"] === true || props.nullable === true) return json;
  const atomic = props["x-kubernetes-map-type"] === "atomic";
  if (props.type === "array" && items !== undefined) return listType(schema, typeOf(items, name));
  if (props.type !== "object") return json;
  if (additional === true) return atomic ? map(json, "atomic") : map(json);
  if (typeof additional === "object") {
    const values = typeOf(additional, name);
    return atomic ? map(values, "atomic") : map(values);
  }
  if (props["x-kubernetes-embedded-resource"] === true) return json;
  const own = struct(name, fieldsOf({ ...schema, properties }, name), atomic ? { atomic: true } : {});
  return ref<unknown>(() => own);
}

function listType({ props }: StructuralSchema, items: TypeNode): Type<unknown> {
  const kind = props["x-kubernetes-list-type"];
  const keys = props["x-kubernetes-list-map-keys"] ?? [];
  const merge: ListMerge = kind === "map" && items.kind === "ref" ? { keys } : kind === "set" ? "set" : "atomic";
  return merge === "atomic" ? { kind: "list", items, merge } : { kind: "list", items, merge, unique: true };
}
