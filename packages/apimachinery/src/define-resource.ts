import type { ApiObject } from "./object.ts";
import type {
  Column,
  Conversion,
  FormerVersion,
  Resource,
  ScalePaths,
  Strategy,
  Subresource,
  Verb,
} from "./resource.ts";
import type { Struct } from "./schema/struct.ts";

const ALL_VERBS: readonly Verb[] = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/** What a kind's file says; everything else follows by convention. */
export interface ResourceOptions<T extends ApiObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly schema: Struct;
  /** Default: the kind in lower case. */
  readonly singular?: string | undefined;
  /** Default: none. */
  readonly shortNames?: readonly string[] | undefined;
  readonly categories?: readonly string[] | undefined;
  /** Default: true. */
  readonly namespaced?: boolean | undefined;
  /** Default: all. */
  readonly verbs?: readonly Verb[] | undefined;
  /** Default: `dns1123Subdomain`. */
  readonly nameFormat?: string | undefined;
  /** Default: `["spec"]` where the schema has a spec and a status, else none. */
  readonly generationFields?: readonly string[] | undefined;
  /** Default: false. */
  readonly createOnUpdate?: boolean | undefined;
  /** Default: true. */
  readonly unconditionalUpdate?: boolean | undefined;
  /** Beside `status`, which is there when the schema has a status, and `scale`, when `scale` is given. */
  readonly subresources?: readonly Subresource[] | undefined;
  /** Set to false for a kind whose status is no subresource. */
  readonly statusSubresource?: boolean | undefined;
  readonly scale?: ScalePaths | undefined;
  readonly columns?: readonly Column<T>[] | undefined;
  readonly strategy?: Strategy<T> | undefined;
  readonly selectableFields?: Readonly<Record<string, (object: T) => string>> | undefined;
  /** Upstream's place in etcd below `/registry/`; default: the plural for core, else `<group>/<plural>`. False: not stored. */
  readonly storage?: string | false | undefined;
  readonly storageVersion?: string | undefined;
  readonly storageVersionHash?: string | undefined;
  /** Versions of the group that look the same, by name, or with a schema of their own. */
  readonly formerVersions?: readonly (string | FormerVersion)[] | undefined;
  readonly deprecationWarning?: string | undefined;
  readonly conversion?: Conversion<T> | undefined;
}

/** A kind in a version, completed by the conventions. */
export function resource<T extends ApiObject>(options: ResourceOptions<T>): Resource<T> {
  const { group, version, kind, plural, schema } = options;
  const stored = options.storage !== false;
  const defaultPrefix = group === "" ? plural : `${group}/${plural}`;
  return {
    group,
    version,
    kind,
    listKind: `${kind}List`,
    plural,
    singular: options.singular ?? kind.toLowerCase(),
    shortNames: options.shortNames ?? [],
    categories: options.categories ?? [],
    namespaced: options.namespaced ?? true,
    verbs: options.verbs ?? ALL_VERBS,
    schema,
    nameFormat: options.nameFormat ?? "dns1123Subdomain",
    generationFields:
      options.generationFields ?? ("spec" in schema.fields && "status" in schema.fields ? ["spec"] : []),
    createOnUpdate: options.createOnUpdate ?? false,
    unconditionalUpdate: options.unconditionalUpdate ?? true,
    subresources: subresourcesOf(options),
    scale: options.scale,
    columns: options.columns ?? [],
    strategy: options.strategy ?? {},
    selectableFields: options.selectableFields ?? {},
    storagePrefix: stored ? options.storage || defaultPrefix : undefined,
    storageVersion: stored ? (options.storageVersion ?? (group === "" ? version : `${group}/${version}`)) : undefined,
    storageVersionHash: options.storageVersionHash,
    formerVersions: options.formerVersions?.map((former) =>
      typeof former === "string" ? { apiVersion: `${group}/${former}` } : former,
    ),
    deprecationWarning: options.deprecationWarning,
    conversion: options.conversion,
  };
}

function subresourcesOf<T extends ApiObject>(options: ResourceOptions<T>): readonly Subresource[] {
  const { group, version, kind, schema } = options;
  const out: Subresource[] = [...(options.subresources ?? [])];
  if ((options.statusSubresource ?? true) && "status" in schema.fields) {
    out.push({ name: "status", group, version, kind, verbs: ["get", "patch", "update"] });
  }
  if (options.scale !== undefined) {
    out.push({ name: "scale", group: "autoscaling", version: "v1", kind: "Scale", verbs: ["get", "patch", "update"] });
  }
  return out.sort((a, b) => (a.name < b.name ? -1 : 1));
}
