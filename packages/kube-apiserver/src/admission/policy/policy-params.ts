import type { ParamKind, ParamRef } from "@skates/api/admissionregistration/v1";
import { type ApiObject, formatGroupVersion, labelSelector, type Resource } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";

/** What a binding says about parameters, and where the request is. */
export interface ParamsWanted {
  readonly kind: ParamKind | undefined;
  readonly reference: ParamRef | undefined;
  /** Of the request; empty: none. */
  readonly namespace: string;
}

/** A parameter with the resource that it is of. */
export interface Param {
  readonly object: ApiObject;
  readonly resource: Resource;
}

/**
 * The parameters that a policy is evaluated with, once for each; `[undefined]` where it takes none, `[]` where there are none and that
 * is allowed. Throws an Error in upstream's words where the configuration does not allow an answer.
 */
export async function collectParams(
  registry: Registry,
  { kind, reference, namespace }: ParamsWanted,
  signal: AbortSignal,
): Promise<readonly (Param | undefined)[]> {
  if (kind === undefined || reference === undefined) return [undefined];
  const resource = registry
    .resources()
    .find((each) => each.kind === kind.kind && formatGroupVersion(each) === kind.apiVersion);
  if (resource === undefined || resource.storagePrefix === undefined) {
    throw new Error(`failed to find resource referenced by paramKind: '${kind.apiVersion}, Kind=${kind.kind}'`);
  }
  const within = namespaceOf(resource, reference, namespace);
  const found = await foundParams(registry, { resource, reference, within }, signal);
  if (found.length === 0 && reference.parameterNotFoundAction === "Deny") {
    throw new Error("no params found for policy binding with `Deny` parameterNotFoundAction");
  }
  return found.map((object) => ({ object, resource }));
}

function namespaceOf(resource: Resource, { namespace: named = "" }: ParamRef, namespace: string): string {
  if (!resource.namespaced) {
    if (named !== "") throw new Error("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
    return "";
  }
  const within = named === "" ? namespace : named;
  if (within === "") {
    throw new Error("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
  }
  return within;
}

async function foundParams(
  registry: Registry,
  {
    resource,
    reference,
    within,
  }: { readonly resource: Resource; readonly reference: ParamRef; readonly within: string },
  signal: AbortSignal,
): Promise<readonly ApiObject[]> {
  const { name = "", selector } = reference;
  if (name !== "") {
    const object = await registry.find(resource, { namespace: within, name }, signal);
    return object === undefined ? [] : [object];
  }
  if (selector === undefined) throw new Error("one of name or selector must be provided");
  const wanted = labelSelector(selector);
  return registry.cachedList(resource, within).filter(({ metadata }) => wanted.matches(metadata.labels));
}
