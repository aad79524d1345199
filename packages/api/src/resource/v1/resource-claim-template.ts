import { type Infer, opt, ref, req, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { ResourceClaimSpec } from "./resource-claim-spec.ts";
import { ageColumn, nameColumn } from "../../table.ts";

export const ResourceClaimTemplate = struct(
  "resource.k8s.io/v1.ResourceClaimTemplate",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<ResourceClaimTemplateSpec>(() => ResourceClaimTemplateSpec),
      "The template.",
    ),
  },
  { doc: "What claims made for pods look like." },
);
export interface ResourceClaimTemplate extends Infer<typeof ResourceClaimTemplate> {}

export const ResourceClaimTemplateSpec = struct(
  "resource.k8s.io/v1.ResourceClaimTemplateSpec",
  {
    metadata: opt(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Labels and annotations of the claims.",
      { emitEmpty: true },
    ),
    spec: req(
      2,
      ref<ResourceClaimSpec>(() => ResourceClaimSpec),
      "What devices they ask for.",
    ),
  },
  { doc: "What claims made for pods look like." },
);
export interface ResourceClaimTemplateSpec extends Infer<typeof ResourceClaimTemplateSpec> {}

export const resourceClaimTemplates = resource<ResourceClaimTemplate>({
  group: "resource.k8s.io",
  version: "v1",
  kind: "ResourceClaimTemplate",
  plural: "resourceclaimtemplates",
  schema: ResourceClaimTemplate,
  storage: "resourceclaimtemplates",
  storageVersionHash: "TuzjC49aUfM=",
  formerVersions: ["v1beta2"],
  columns: [nameColumn, ageColumn],
});
