import { namespaces, type Namespace } from "@skates/api/core/v1";
import type { ApiObject, Resource, Struct } from "@skates/apimachinery";
import type { AdmissionAttributes } from "@skates/apiserver";
import { anyJson, type Binding, bindJson, type JsonType } from "@skates/cel";
import { isForeign, type VersionedObjects } from "../matching/versioned-object.ts";
import { jsonTypeOfStruct } from "./struct-type.ts";
import { optionsOf, requestOf } from "../webhook/admission-review.ts";

/** What expressions about one request look at. */
export interface RequestValues {
  readonly attributes: AdmissionAttributes;
  /** In the version that the policy or webhook wants to see. */
  readonly resource: Resource;
  readonly objects: VersionedObjects;
  /** That of the request; undefined: none, also for requests about namespaces. */
  readonly namespace?: Namespace | undefined;
  readonly params?: { readonly object: ApiObject; readonly resource: Resource } | undefined;
}

/** Values of the variables that all expressions about a request know, but for the authorizer. */
export function requestActivation(values: RequestValues): Readonly<Record<string, unknown>> {
  const { attributes, resource, objects, namespace, params } = values;
  const struct = isForeign(attributes) ? attributes.kind.struct : resource.schema;
  const seen = (object: ApiObject | undefined): Binding | null => {
    const versioned = objects.in(resource, object);
    return versioned === undefined ? null : bindJson(seenAs(struct), versioned.object);
  };
  return {
    object: seen(attributes.object),
    oldObject: seen(attributes.old),
    request: { ...requestOf(attributes, resource), dryRun: attributes.dryRun, options: requestOptions(attributes) },
    namespaceObject: namespace === undefined ? null : shownNamespace(namespace),
    params: params === undefined ? null : bindJson(jsonTypeOfStruct(params.resource.schema), params.object),
  };
}

function requestOptions(attributes: AdmissionAttributes): unknown {
  return attributes.operation === "CONNECT" ? null : optionsOf(attributes);
}

/** Without a schema, objects are as their JSON is. */
function seenAs(struct: Struct | undefined): JsonType {
  return struct === undefined ? anyJson : jsonTypeOfStruct(struct);
}

/** Without what others keep in its metadata. */
function shownNamespace({ metadata, spec, status }: Namespace): unknown {
  const { managedFields: _, ownerReferences: __, ...shown } = metadata;
  return { metadata: shown, spec, status };
}

/** A request about a namespace itself is in none. */
export function isAboutNamespaces({ resource }: AdmissionAttributes): boolean {
  return resource.group === namespaces.group && resource.plural === namespaces.plural;
}
