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

export const StorageClass = struct("storage.k8s.io/v1.StorageClass", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  provisioner: req(2, string, ""),
  parameters: opt(3, map(string), ""),
  reclaimPolicy: opt(4, oneOf("Delete", "Recycle", "Retain"), "", { keepZero: true, default: "Delete" }),
  mountOptions: opt(5, list(string), ""),
  allowVolumeExpansion: opt(6, bool, "", { keepZero: true }),
  volumeBindingMode: opt(7, oneOf("Immediate", "WaitForFirstConsumer"), "", { keepZero: true, default: "Immediate" }),
  allowedTopologies: opt(8, list(ref<TopologySelectorTerm>(() => TopologySelectorTerm)), ""),
});
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
  columns: storageClassColumns,
});
