import { type Infer, map, opt, ref, req, string, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { volumeAttributesClassColumns } from "./storage-tables.ts";
import { volumeAttributesClassErrors } from "./storage-rules.ts";

export const VolumeAttributesClass = struct(
  "storage.k8s.io/v1.VolumeAttributesClass",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    driverName: req(2, string, "Driver that knows them; it stays."),
    parameters: opt(3, map(string), "The attributes; they stay."),
  },
  { doc: "A kind of attributes that volumes can be given." },
);
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
  formerVersions: ["v1beta1"],
  columns: volumeAttributesClassColumns,
  strategy: { validate: volumeAttributesClassErrors },
});
