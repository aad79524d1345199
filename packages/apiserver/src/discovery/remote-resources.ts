import { isRecord, type JsonRecord } from "@skates/apimachinery";

interface Version {
  readonly group: string;
  readonly version: string;
}

/** What another server lists of a version, in the form that the aggregated document has. What cannot be read is left out. */
export function remoteResources(of: Version, resources: readonly JsonRecord[]): readonly object[] {
  const subresources = new Map<string, object[]>();
  const own: (readonly [name: string, entry: JsonRecord])[] = [];
  for (const entry of resources) {
    const name = textOf(entry["name"]);
    const slash = name.indexOf("/");
    if (slash < 0) {
      if (name !== "") own.push([name, entry]);
      continue;
    }
    const parent = name.slice(0, slash);
    const subresource = {
      subresource: name.slice(slash + 1),
      ...responseKind(of, entry),
      verbs: textsOf(entry["verbs"]),
    };
    subresources.set(parent, [...(subresources.get(parent) ?? []), subresource]);
  }
  return own.map(([name, entry]) => {
    const shortNames = textsOf(entry["shortNames"]);
    const categories = textsOf(entry["categories"]);
    const subs = subresources.get(name);
    return {
      resource: name,
      ...responseKind(of, entry),
      scope: entry["namespaced"] === true ? "Namespaced" : "Cluster",
      singularResource: textOf(entry["singularName"]),
      verbs: textsOf(entry["verbs"]),
      ...(shortNames.length === 0 ? {} : { shortNames }),
      ...(categories.length === 0 ? {} : { categories }),
      ...(subs === undefined ? {} : { subresources: subs }),
    };
  });
}

function responseKind({ group, version }: Version, entry: JsonRecord): object {
  const kind = textOf(entry["kind"]);
  const own = textOf(entry["version"]);
  const at = own === "" ? { group, version } : { group: textOf(entry["group"]), version: own };
  return kind === "" ? {} : { responseKind: { ...at, kind } };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** The resources of an APIResourceList; undefined: this is none. */
export function resourcesOfList(value: unknown): readonly JsonRecord[] | undefined {
  if (!isRecord(value) || value["kind"] !== "APIResourceList") return undefined;
  const resources: unknown = value["resources"] ?? [];
  return Array.isArray(resources) ? resources.filter(isRecord) : undefined;
}
