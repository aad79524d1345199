import { formatGroupVersion, type Resource } from "@skates/apimachinery";
import type { Group, GroupVersionResources } from "./groups.ts";

/** The document of `/api`. */
export function apiVersions(core: Group | undefined, host: string): object {
  return {
    kind: "APIVersions",
    versions: (core?.versions ?? []).map(({ version }) => version),
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: host }],
  };
}

/** The document of `/apis`. */
export function apiGroupList(groups: readonly Group[]): object {
  return { kind: "APIGroupList", apiVersion: "v1", groups: groups.map(groupEntry) };
}

/** The document of `/apis/<group>`. */
export function apiGroup(group: Group): object {
  return { kind: "APIGroup", apiVersion: "v1", ...groupEntry(group) };
}

function groupEntry({ name, versions }: Group): object {
  const entries = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: entries, preferredVersion: entries[0] };
}

/** The document of `/apis/<group>/<version>` and `/api/v1`. */
export function apiResourceList(group: string, { version, resources }: GroupVersionResources): object {
  const groupVersion = formatGroupVersion({ group, version });
  // Upstream leaves apiVersion out for core.
  const type = group === "" ? { kind: "APIResourceList" } : { kind: "APIResourceList", apiVersion: "v1" };
  return { ...type, groupVersion, resources: resources.flatMap(resourceEntries) };
}

function resourceEntries(resource: Resource): readonly object[] {
  const { plural, singular, namespaced, kind, shortNames, categories, storageVersionHash } = resource;
  const own = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: resource.verbs.toSorted(),
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(storageVersionHash === undefined ? {} : { storageVersionHash }),
  };
  const subs = resource.subresources.map((sub) => {
    const foreign = sub.group !== resource.group || sub.version !== resource.version;
    return {
      name: `${plural}/${sub.name}`,
      singularName: "",
      namespaced,
      ...(foreign ? { group: sub.group, version: sub.version } : {}),
      kind: sub.kind,
      verbs: sub.verbs.toSorted(),
    };
  });
  return [own, ...subs];
}
