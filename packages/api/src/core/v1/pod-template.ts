import { type Infer, opt, ref, req, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { PodSpec } from "./pod-spec.ts";
import { templateWarnings } from "./pod-warnings.ts";
import { podTemplateColumns } from "./replication-controller-strategy.ts";

export const PodTemplate = struct(
  "core/v1.PodTemplate",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    template: opt(
      2,
      ref<PodTemplateSpec>(() => PodTemplateSpec),
      "The template.",
      { emitEmpty: true },
    ),
  },
  { doc: "A template of pods, kept by itself." },
);
export interface PodTemplate extends Infer<typeof PodTemplate> {}

export const PodTemplateSpec = struct(
  "core/v1.PodTemplateSpec",
  {
    metadata: opt(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Labels and annotations of the pods.",
      { emitEmpty: true },
    ),
    spec: opt(
      2,
      ref<PodSpec>(() => PodSpec),
      "What the pods consist of.",
      { emitEmpty: true },
    ),
  },
  { doc: "What pods made from a template look like." },
);
export interface PodTemplateSpec extends Infer<typeof PodTemplateSpec> {}

export const podTemplates = resource<PodTemplate>({
  group: "",
  version: "v1",
  kind: "PodTemplate",
  plural: "podtemplates",
  schema: PodTemplate,
  storageVersionHash: "LIXB2x4IFpk=",
  generationFields: ["template"],
  columns: podTemplateColumns,
  strategy: {
    returnsDeleted: true,
    warnings: (next, old) => templateWarnings(next.template, old?.template, "template"),
  },
});
