import { type ApiObject, ObjectMeta, ref, req, type Resource, resource, struct, typeMeta } from "@skates/apimachinery";
import type { CustomResourceDefinition } from "@skates/api/apiextensions/v1";

/** What controllers that look at every kind need of a custom one: its place, and the metadata of its objects. */
export function customKind({ spec, status }: CustomResourceDefinition): Resource | undefined {
  const established = status?.conditions?.some((one) => one.type === "Established" && one.status === "True") === true;
  const stored = spec.versions.find((version) => version.storage);
  const version =
    stored?.served === true
      ? stored
      : spec.conversion?.strategy === "Webhook"
        ? undefined
        : spec.versions.find((one) => one.served);
  if (!established || version === undefined) return undefined;
  const { group, names, scope } = spec;
  const { kind, plural } = names;
  return untypedKind({ group, version: version.name, kind, plural, namespaced: scope === "Namespaced" });
}

/** A kind of which nothing is known but its place; all its objects' fields are kept. `verbs`: default all. */
export function untypedKind({
  group,
  version,
  kind,
  ...place
}: Pick<Resource, "group" | "version" | "kind" | "plural" | "namespaced"> &
  Partial<Pick<Resource, "verbs">>): Resource {
  const schema = struct(
    `${group}/${version}.${kind}`,
    {
      ...typeMeta,
      metadata: req(
        1,
        ref<ObjectMeta>(() => ObjectMeta),
        "Metadata.",
      ),
    },
    { keepsUnknown: true },
  );
  return resource<ApiObject>({ group, version, kind, ...place, schema });
}
