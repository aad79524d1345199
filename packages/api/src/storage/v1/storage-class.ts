import {
  type Infer,
  bool,
  list,
  map,
  oneOf,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { TopologySelectorTerm } from "../../core/v1/node-selector.ts";
import { storageClassColumns } from "./storage-tables.ts";
import { storageClassErrors } from "./storage-rules.ts";

export const StorageClass = struct(
  "storage.k8s.io/v1.StorageClass",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    provisioner: req(2, string, "Driver that makes the volumes."),
    parameters: opt(3, map(string), "What the driver is told."),
    reclaimPolicy: opt(4, oneOf("Delete", "Recycle", "Retain"), "What becomes of volumes whose claim goes.", {
      keepZero: true,
      default: "Delete",
    }),
    mountOptions: opt(5, list(string), "Options for mounting; not checked."),
    allowVolumeExpansion: opt(6, bool, "Whether claims may grow.", { keepZero: true }),
    volumeBindingMode: opt(
      7,
      oneOf("Immediate", "WaitForFirstConsumer"),
      "Whether volumes are made at once or when a pod needs them.",
      { keepZero: true, default: "Immediate" },
    ),
    allowedTopologies: opt(
      8,
      list(ref<TopologySelectorTerm>(() => TopologySelectorTerm)),
      "Where volumes may be made.",
    ),
  },
  { doc: "A kind of storage." },
);
export interface StorageClass extends Infer<typeof StorageClass> {}

export const storageClasses = resource<StorageClass>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "StorageClass",
  plural: "storageclasses",
  shortNames: ["sc"],
  namespaced: false,
  schema: StorageClass,
  storage: "storageclasses",
  storageVersionHash: "K+m6uJwbjGY=",
  formerVersions: ["v1beta1"],
  columns: storageClassColumns,
  strategy: { validate: storageClassErrors },
});
