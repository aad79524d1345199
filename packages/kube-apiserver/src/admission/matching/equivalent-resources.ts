import type { Resource } from "@skates/apimachinery";
import type { AdmissionAttributes, Registry } from "@skates/apiserver";

/** Other served forms of the same objects: versions, and groups that share them (events). */
export function equivalentResources(
  registry: Registry,
  { requested, resource: hub, subresource }: Pick<AdmissionAttributes, "requested" | "resource" | "subresource">,
): readonly Resource[] {
  return registry.resources().filter((resource) => {
    if (resource === requested || !sameHub(resource.conversion?.hub() ?? resource, hub)) return false;
    if (resource.group === requested.group && resource.version === requested.version) return false;
    return subresource === "" || resource.subresources.some(({ name }) => name === subresource);
  });
}

function sameHub(one: Resource, other: Resource): boolean {
  return one.group === other.group && one.version === other.version && one.plural === other.plural;
}
