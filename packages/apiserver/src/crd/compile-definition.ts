import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from "@skates/api/apiextensions/v1";
import {
  type ApiObject,
  decodeValue,
  formatGroupVersion,
  type JsonSchema,
  jsonText,
  type Resource,
  resource,
  StatusError,
  type Struct,
  type Subresource,
} from "@skates/apimachinery";
import { customColumns } from "./custom-columns.ts";
import { jsonPath } from "./json-path.ts";
import { schemaStruct } from "./schema-struct.ts";
import { type StructuralSchema, structuralSchema } from "./structural-schema.ts";

export interface CompileOptions {
  /** True once the definition is being deleted: no more objects are created. */
  terminating(): boolean;
}

/** The served versions of a custom kind as resources, all over the version that is stored. */
export function compileDefinition(definition: CustomResourceDefinition, options: CompileOptions): readonly Resource[] {
  const { versions } = definition.spec;
  const stored = versions.find((version) => version.storage);
  if (stored === undefined) return [];
  const hub = versionResource(definition, stored, options);
  return versions
    .filter((version) => version.served)
    .map((version) => {
      if (version === stored) return hub;
      const own = versionResource(definition, version, options);
      return { ...own, storageVersion: hub.storageVersion, ...convertible(definition, own, hub) };
    });
}

/** Versions differ in their names and schemas only, unless a webhook were to convert them. */
function convertible(
  { spec }: CustomResourceDefinition,
  own: Resource,
  hub: Resource,
): Pick<Resource, "conversion" | "unavailable"> {
  return {
    conversion: { hub: () => hub, toHub: (object) => renamed(object, hub), fromHub: (object) => renamed(object, own) },
    ...(spec.conversion?.strategy === "Webhook"
      ? {
          unavailable: `conversion webhooks are not implemented: only ${hub.version} of ${hub.plural}.${hub.group} can be used`,
        }
      : {}),
  };
}

function renamed(object: ApiObject, to: Resource): ApiObject {
  return decodeValue<ApiObject>(to.schema, { ...object, apiVersion: formatGroupVersion(to) }).object;
}

function versionResource(
  { spec }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
  { terminating }: CompileOptions,
): Resource {
  const { group, names, scope } = spec;
  const { kind, plural } = names;
  const schema = structuralSchema(version.schema?.openAPIV3Schema ?? {});
  const struct = schemaStruct(`${group}/${version.name}.${kind}`, schema, published(schema));
  const { scale } = version.subresources ?? {};
  const made = resource<ApiObject>({
    group,
    version: version.name,
    kind,
    plural,
    singular: names.singular,
    shortNames: names.shortNames,
    categories: names.categories,
    namespaced: scope === "Namespaced",
    schema: struct,
    statusSubresource: false,
    subresources: version.subresources?.status === undefined ? [] : [statusOf(spec.group, version.name, kind)],
    scale:
      scale === undefined
        ? undefined
        : {
            spec: scale.specReplicasPath.replace(/^\./, ""),
            status: scale.statusReplicasPath.replace(/^\./, ""),
            selector: scale.labelSelectorPath?.replace(/^\./, ""),
          },
    generationFields: contentFields(struct, version.subresources?.status !== undefined),
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
    },
  });
  return { ...made, listKind: names.listKind ?? made.listKind, custom: true };
}

function statusOf(group: string, version: string, kind: string): Subresource {
  return { name: "status", group, version, kind, verbs: ["get", "patch", "update"] };
}

function contentFields({ fields }: Struct, hasStatus: boolean): readonly string[] {
  const apart = ["apiVersion", "kind", "metadata", ...(hasStatus ? ["status"] : [])];
  return Object.keys(fields).filter((name) => !apart.includes(name));
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
function published({ props }: StructuralSchema): JsonSchema {
  const own: Readonly<Record<string, unknown>> = { ...props };
  return {
    ...own,
    type: "object",
    properties: {
      ...props.properties,
      apiVersion: { type: "string", description: "Group and version of the schema that this object is written in." },
      kind: { type: "string", description: "Which kind of object this is." },
      metadata: {
        description: "Name, namespace, labels and the other data that all objects have.",
        allOf: [{ $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" }],
      },
    },
  };
}
