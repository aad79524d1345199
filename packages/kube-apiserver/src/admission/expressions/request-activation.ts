import { namespaces, type Namespace } from "@skates/api/core/v1";
import type { ApiObject, Resource } from "@skates/apimachinery";
import type { AdmissionAttributes } from "@skates/apiserver";
import type { VersionedObjects } from "../matching/versioned-object.ts";
import { optionsOf, requestOf } from "../webhook/admission-review.ts";

/** What expressions about one request look at. */
export interface RequestValues {
  readonly attributes: AdmissionAttributes;
  /** In the version that the policy or webhook wants to see. */
  readonly resource: Resource;
  readonly objects: VersionedObjects;
  /** That of the request; undefined: none, also for requests about namespaces. */
  readonly namespace?: Namespace | undefined;
  readonly params?: ApiObject | undefined;
}

/**
 * Values of the variables that all expressions about a request know, but for the authorizer: plain JSON, whatever the checker knows
 * of their types. A time is a text, as upstream has it.
 */
export function requestActivation(values: RequestValues): Readonly<Record<string, unknown>> {
  const { attributes, resource, objects, namespace, params } = values;
  const seen = (object: ApiObject | undefined): ApiObject | null => objects.in(resource, object)?.object ?? null;
  return {
    object: seen(attributes.object),
    oldObject: seen(attributes.old),
    request: { ...requestOf(attributes, resource), dryRun: attributes.dryRun, options: requestOptions(attributes) },
    namespaceObject: namespace === undefined ? null : shownNamespace(namespace),
    params: params ?? null,
  };
}

function requestOptions(attributes: AdmissionAttributes): unknown {
  return attributes.operation === "CONNECT" ? null : optionsOf(attributes);
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
