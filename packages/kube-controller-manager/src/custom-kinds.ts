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
  const schema = struct(
    `${group}/${version.name}.${names.kind}`,
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
  return resource<ApiObject>({
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    namespaced: scope === "Namespaced",
    schema,
  });
}
