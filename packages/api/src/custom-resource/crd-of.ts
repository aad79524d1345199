import type { ApiObject } from "@skates/apimachinery";
import { dump } from "js-yaml";
import type { CustomResourceDefinition, JSONSchemaProps } from "../apiextensions/v1/index.ts";
import type { CustomResource } from "./define-resource.ts";
import { schemaOf } from "./schema-of.ts";

/** The definition that gives a cluster a custom kind, in the one version that it has. */
export function crdOf<T extends ApiObject>(resource: CustomResource<T>): CustomResourceDefinition {
  const { group, version, kind, plural, singular, listKind, shortNames, categories, scale } = resource;
  const hasStatus = Object.hasOwn(resource.schema.fields, "status");
  const columns = resource.columnsByPath.map(({ description, priority, ...column }) => ({
    ...column,
    ...(description === undefined ? {} : { description }),
    ...(priority === undefined ? {} : { priority }),
  }));
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        plural,
        singular,
        kind,
        listKind,
        ...(shortNames.length === 0 ? {} : { shortNames }),
        ...(categories.length === 0 ? {} : { categories }),
      },
      scope: resource.namespaced ? "Namespaced" : "Cluster",
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: objectSchema(resource) },
          ...(hasStatus || scale !== undefined
            ? {
                subresources: {
                  ...(hasStatus ? { status: {} } : {}),
                  ...(scale === undefined
                    ? {}
                    : {
                        scale: {
                          specReplicasPath: `.${scale.spec}`,
                          statusReplicasPath: `.${scale.status}`,
                          ...(scale.selector === undefined ? {} : { labelSelectorPath: `.${scale.selector}` }),
                        },
                      }),
                },
              }
            : {}),
          ...(columns.length === 0 ? {} : { additionalPrinterColumns: columns }),
          ...(resource.selectablePaths.length === 0
            ? {}
            : { selectableFields: resource.selectablePaths.map((jsonPath) => ({ jsonPath })) }),
        },
      ],
    },
  };
}

/** The same as YAML, ready for `kubectl apply`. */
export function crdYaml<T extends ApiObject>(resource: CustomResource<T>): string {
  return dump(crdOf(resource), { lineWidth: 120, noRefs: true });
}

/** The metadata is what all objects have: a definition does not repeat it. */
function objectSchema<T extends ApiObject>({ schema, validations }: CustomResource<T>): JSONSchemaProps {
  const { properties = {}, required = [], ...rest } = schemaOf(schema, validations);
  const text = { type: "string" };
  const own = Object.entries(properties).filter(([name]) => !["apiVersion", "kind", "metadata"].includes(name));
  return {
    ...rest,
    properties: { apiVersion: text, kind: text, metadata: { type: "object" }, ...Object.fromEntries(own) },
    required: required.filter((name) => name === "spec"),
  };
}
