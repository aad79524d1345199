import {
  type CustomResourceDefinition,
  type CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from "@skates/api/apiextensions/v1";
import {
  type ApiObject,
  decodeValue,
  type Exchange,
  type FieldError,
  formatGroupVersion,
  type JsonSchema,
  jsonText,
  parseGroupVersion,
  type Resource,
  resource,
  StatusError,
  type Subresource,
} from "@skates/apimachinery";
import { must } from "@skates/component-base";
import { checkObject, finalizerWarnings } from "./check-object.ts";
import { customColumns } from "./custom-columns.ts";
import { jsonPath } from "./json-path.ts";
import { schemaStruct } from "./schema-struct.ts";
import { type StructuralSchema, structuralSchema } from "./structural-schema.ts";

export interface CompileOptions {
  /** True once the definition is being deleted: no more objects are created. */
  terminating(): boolean;
  /** For definitions whose versions a webhook converts. Throws StatusError. */
  readonly convert?: Exchange["convert"] | undefined;
}

/**
 * The served versions of a custom kind as resources, all over the version that is stored. Schemas are kept as text and taken apart
 * when an object of the kind is first met; versions with equal schemas share one.
 */
export function compileDefinition(definition: CustomResourceDefinition, options: CompileOptions): readonly Resource[] {
  const { versions } = definition.spec;
  const stored = versions.find((version) => version.storage);
  if (stored === undefined) return [];
  const compile = versionCompiler(definition, options);
  const { convert } = options;
  if (convert !== undefined && definition.spec.conversion?.strategy === "Webhook" && versions.length > 1) {
    return exchanged(versions, compile, convert);
  }
  const hub = compile(stored);
  return versions
    .filter((version) => version.served)
    .map((version) => {
      if (version === stored) return hub;
      const own = compile(version);
      const conversion = {
        hub: () => hub,
        toHub: (object: ApiObject) => renamed(object, hub),
        fromHub: (object: ApiObject) => renamed(object, own),
      };
      return { ...own, storageVersion: hub.storageVersion, conversion };
    });
}

/** Versions that only a webhook can turn into each other: none of them is worked on in the place of another. */
function exchanged(
  versions: readonly CustomResourceDefinitionVersion[],
  compile: Compile,
  convert: Exchange["convert"],
): readonly Resource[] {
  const all = new Map<string, Resource>();
  const stored = versions.find((version) => version.storage)?.name ?? "";
  const of = (name: string): Resource => must(all.get(name), "a version of the definition");
  const exchange: Exchange = {
    stored: () => of(stored),
    version: (apiVersion) => all.get(parseGroupVersion(apiVersion).version),
    convert,
  };
  for (const version of versions) {
    const own = compile(version);
    all.set(version.name, { ...own, storageVersion: `${own.group}/${stored}`, exchange });
  }
  return versions.filter((version) => version.served).map((version) => of(version.name));
}

/** Versions differ in their names and schemas only, unless a webhook converts them. */
function renamed(object: ApiObject, to: Resource): ApiObject {
  return decodeValue<ApiObject>(to.schema, { ...object, apiVersion: formatGroupVersion(to) }).object;
}

type Compile = (version: CustomResourceDefinitionVersion) => Resource;

function versionCompiler(definition: CustomResourceDefinition, options: CompileOptions): Compile {
  const sources = new Map<string, SchemaSource>();
  return (version) => {
    const text = JSON.stringify(version.schema?.openAPIV3Schema ?? {});
    let source = sources.get(text);
    if (source === undefined) {
      source = schemaSource(text);
      sources.set(text, source);
    }
    return versionResource(definition, version, { ...options, source });
  };
}

interface SchemaSource {
  schema(): StructuralSchema;
  /** As it was written; parsed anew each time, since it is needed seldom. */
  written(): Readonly<Record<string, unknown>>;
}

function schemaSource(text: string): SchemaSource {
  let schema: StructuralSchema | undefined;
  const props = (): JSONSchemaProps => decodeValue<JSONSchemaProps>(JSONSchemaProps, JSON.parse(text)).object;
  return { schema: () => (schema ??= structuralSchema(props())), written: () => ({ ...props() }) };
}

function versionResource(
  { spec }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
  { terminating, source }: CompileOptions & { readonly source: SchemaSource },
): Resource {
  const { group, names, scope } = spec;
  const { kind, plural } = names;
  const { scale, status } = version.subresources ?? {};
  const check = (content: StructuralSchema, self: ApiObject, old: ApiObject | undefined): readonly FieldError[] =>
    checkObject({ schema: source.schema(), content, scale }, self, old);
  const made = resource<ApiObject>({
    group,
    version: version.name,
    kind,
    plural,
    singular: names.singular,
    shortNames: names.shortNames,
    categories: names.categories,
    namespaced: scope === "Namespaced",
    schema: schemaStruct(`${group}/${version.name}.${kind}`, {
      schema: source.schema,
      published: () => published(source.written()),
      check,
    }),
    statusSubresource: false,
    subresources: status === undefined ? [] : [statusOf(spec.group, version.name, kind)],
    scale:
      scale === undefined
        ? undefined
        : {
            spec: scale.specReplicasPath.replace(/^\./, ""),
            status: scale.statusReplicasPath.replace(/^\./, ""),
            selector: scale.labelSelectorPath?.replace(/^\./, ""),
          },
    generationFields: contentFields(version, status !== undefined),
    unconditionalUpdate: false,
    columns: customColumns(version),
    selectableFields: selectable(version),
    storageVersion: `${group}/${version.name}`,
    deprecationWarning: deprecation(spec.group, version, kind),
    strategy: {
      prepare: (next, old) => {
        if (old === undefined && terminating()) {
          throw new StatusError(
            "MethodNotAllowed",
            "create not allowed while custom resource definition is terminating",
          );
        }
        return next;
      },
      warnings: finalizerWarnings,
    },
  });
  return { ...made, listKind: names.listKind ?? made.listKind, custom: true };
}

function statusOf(group: string, version: string, kind: string): Subresource {
  return { name: "status", group, version, kind, verbs: ["get", "patch", "update"] };
}

function contentFields({ schema }: CustomResourceDefinitionVersion, hasStatus: boolean): readonly string[] {
  const apart = ["apiVersion", "kind", "metadata", ...(hasStatus ? ["status"] : [])];
  return Object.keys(schema?.openAPIV3Schema?.properties ?? {}).filter((name) => !apart.includes(name));
}

function selectable({
  selectableFields = [],
}: CustomResourceDefinitionVersion): Record<string, (object: ApiObject) => string> {
  return Object.fromEntries(
    selectableFields.map(({ jsonPath: text }) => {
      const find = jsonPath(text);
      return [text.replace(/^\./, ""), (object: ApiObject): string => textOf(find?.(object)[0])];
    }),
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : jsonText(value);
}

function deprecation(
  group: string,
  { name, deprecated, deprecationWarning }: CustomResourceDefinitionVersion,
  kind: string,
): string | undefined {
  return deprecated === true ? (deprecationWarning ?? `${group}/${name} ${kind} is deprecated`) : undefined;
}

/** What OpenAPI says of the kind: its schema, with the members that every object has. */
function published(written: Readonly<Record<string, unknown>>): JsonSchema {
  const properties = written["properties"];
  return {
    ...written,
    type: "object",
    properties: {
      ...(typeof properties === "object" ? properties : {}),
      apiVersion: {
        type: "string",
        description: "APIVersion defines the group and version of the schema that this object is written in.",
      },
      kind: { type: "string", description: "Which kind of object this is." },
      metadata: {
        description: "Standard object's metadata: name, namespace, labels and the other data that all objects have.",
        allOf: [{ $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" }],
      },
    },
  };
}
