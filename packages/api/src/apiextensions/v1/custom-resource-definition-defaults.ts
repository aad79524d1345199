import type { CustomResourceDefinition, CustomResourceDefinitionSpec } from "./custom-resource-definition.ts";

/** Names that follow from the kind, and no conversion. */
export function crdSpecDefaults(spec: CustomResourceDefinitionSpec): CustomResourceDefinitionSpec {
  const { kind } = spec.names;
  const named = (spec.names.singular ?? "") !== "" && (spec.names.listKind ?? "") !== "";
  if ((named || kind === "") && spec.conversion !== undefined) return spec;
  const names = {
    ...spec.names,
    singular: spec.names.singular || kind.toLowerCase(),
    listKind: spec.names.listKind || (kind === "" ? undefined : `${kind}List`),
  };
  return { ...spec, names, conversion: spec.conversion ?? { strategy: "None" } };
}

/** The version that is stored first is remembered as stored. */
export function crdDefaults(definition: CustomResourceDefinition): CustomResourceDefinition {
  return (definition.status?.storedVersions ?? []).length > 0 ? definition : withStoredVersion(definition);
}

/** Every version that objects are ever stored in is remembered. */
export function withStoredVersion(definition: CustomResourceDefinition): CustomResourceDefinition {
  const known = definition.status?.storedVersions ?? [];
  const stored = definition.spec.versions.filter((version) => version.storage).map((version) => version.name);
  const more = stored.filter((name) => !known.includes(name));
  if (more.length === 0) return definition;
  return { ...definition, status: { ...definition.status, storedVersions: [...known, ...more] } };
}
