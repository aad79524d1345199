import {
  type Infer,
  opt,
  quantity,
  ref,
  req,
  string,
  struct,
  typeMeta,
  LabelSelector,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { csiStorageCapacityColumns } from "./storage-tables.ts";
import { csiStorageCapacityErrors } from "./storage-rules.ts";

export const CSIStorageCapacity = struct(
  "storage.k8s.io/v1.CSIStorageCapacity",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    nodeTopology: opt(
      2,
      ref<LabelSelector>(() => LabelSelector),
      "Nodes that can reach it.",
    ),
    storageClassName: req(3, string, "Class it is for; it stays."),
    capacity: opt(4, quantity, "What is free.", { keepZero: true }),
    maximumVolumeSize: opt(5, quantity, "Largest volume that can be made.", { keepZero: true }),
  },
  { doc: "How much storage is free in a part of the cluster." },
);
export interface CSIStorageCapacity extends Infer<typeof CSIStorageCapacity> {}

export const csiStorageCapacities = resource<CSIStorageCapacity>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "CSIStorageCapacity",
  plural: "csistoragecapacities",
  schema: CSIStorageCapacity,
  storage: "csistoragecapacities",
  storageVersionHash: "xeVl+2Ly1kE=",
  formerVersions: ["v1beta1"],
  unconditionalUpdate: false,
  columns: csiStorageCapacityColumns,
  strategy: { validate: csiStorageCapacityErrors },
});
