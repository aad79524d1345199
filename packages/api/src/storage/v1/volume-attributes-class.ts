import { type Infer, map, opt, ref, req, string, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { volumeAttributesClassColumns } from "./storage-tables.ts";

export const VolumeAttributesClass = struct("storage.k8s.io/v1.VolumeAttributesClass", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  driverName: req(2, string, ""),
  parameters: opt(3, map(string), ""),
});
export interface VolumeAttributesClass extends Infer<typeof VolumeAttributesClass> {}

export const volumeAttributesClasses = resource<VolumeAttributesClass>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "VolumeAttributesClass",
  plural: "volumeattributesclasses",
  shortNames: ["vac"],
  namespaced: false,
  schema: VolumeAttributesClass,
  storage: "volumeattributesclasses",
  storageVersionHash: "tIjydgKBC5w=",
  columns: volumeAttributesClassColumns,
});
