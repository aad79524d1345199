import { type Infer, opt, ref, req, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { PodSpec } from "./pod-spec.ts";
import { podTemplateColumns } from "./replication-controller-strategy.ts";

export const PodTemplate = struct("core/v1.PodTemplate", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  template: opt(
    2,
    ref<PodTemplateSpec>(() => PodTemplateSpec),
    "",
    { emitEmpty: true },
  ),
});
export interface PodTemplate extends Infer<typeof PodTemplate> {}

export const PodTemplateSpec = struct("core/v1.PodTemplateSpec", {
  metadata: opt(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
    { emitEmpty: true },
  ),
  spec: opt(
    2,
    ref<PodSpec>(() => PodSpec),
    "",
    { emitEmpty: true },
  ),
});
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
  strategy: { returnsDeleted: true },
});
