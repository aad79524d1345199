import type { ApiObject, Resource } from "@skates/apimachinery";
import type { AdmissionAttributes } from "@skates/apiserver";

/** Whether a write is about objects of this resource themselves (in any version), not about a subresource. */
export function isAbout(attributes: AdmissionAttributes, resource: Pick<Resource, "group" | "plural">): boolean {
  const { resource: written, subresource } = attributes;
  return subresource === "" && written.group === resource.group && written.plural === resource.plural;
}

/** The object of a write that `isAbout` has found to be of this resource: there is one on CREATE and UPDATE only. */
export function objectOf<T extends ApiObject>(attributes: AdmissionAttributes, resource: Resource<T>): T | undefined {
  return isAbout(attributes, resource) && isOf(attributes.object, resource) ? attributes.object : undefined;
}

/** What was there before such a write. */
export function oldOf<T extends ApiObject>(attributes: AdmissionAttributes, resource: Resource<T>): T | undefined {
  return isAbout(attributes, resource) && isOf(attributes.old, resource) ? attributes.old : undefined;
}

function isOf<T extends ApiObject>(object: ApiObject | undefined, resource: Resource<T>): object is T {
  return object !== undefined && object.kind === resource.kind;
}
