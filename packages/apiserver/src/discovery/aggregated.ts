import type { Resource } from "@skates/apimachinery";
import type { Group } from "./groups.ts";
import { remoteResources } from "./remote-resources.ts";

/** The content type that tells clients they got the aggregated form. */
export const AGGREGATED_TYPE = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** All groups with all their resources in one document. */
export function groupDiscoveryList(groups: readonly Group[]): object {
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: name === "" ? { creationTimestamp: null } : { name, creationTimestamp: null },
      versions: versions.map(({ version, resources, remote }) => ({
        version,
        resources:
          remote === undefined ? resources.map(resourceDiscovery) : remoteResources(remote, remote.resources ?? []),
        freshness: remote !== undefined && remote.resources === undefined ? "Stale" : "Current",
      })),
    })),
  };
}

function resourceDiscovery(resource: Resource): object {
  const { group, version, kind, plural, singular, shortNames, categories, subresources } = resource;
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: resource.namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs: resource.verbs.toSorted(),
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0
      ? {
          subresources: subresources.map((sub) => ({
            subresource: sub.name,
            responseKind: { group: sub.group, version: sub.version, kind: sub.kind },
            verbs: sub.verbs.toSorted(),
          })),
        }
      : {}),
  };
}
