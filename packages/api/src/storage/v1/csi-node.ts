import {
  type Infer,
  int32,
  list,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { csiNodeColumns } from "./storage-tables.ts";
import { csiNodeErrors, csiNodeSpecRules } from "./storage-rules.ts";

export const CSINode = struct(
  "storage.k8s.io/v1.CSINode",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<CSINodeSpec>(() => CSINodeSpec),
      "What is wanted.",
    ),
  },
  { doc: "The CSI drivers of a node." },
);
export interface CSINode extends Infer<typeof CSINode> {}

export const CSINodeSpec = struct(
  "storage.k8s.io/v1.CSINodeSpec",
  {
    drivers: req(
      1,
      list(
        ref<CSINodeDriver>(() => CSINodeDriver),
        { keys: ["name"] },
      ),
      "The drivers.",
      { patch: "merge", patchKey: "name", mayBeEmpty: true },
    ),
  },
  (): AnyStructOptions => ({ doc: "The CSI drivers of a node.", rules: [csiNodeSpecRules] }),
);
export interface CSINodeSpec extends Infer<typeof CSINodeSpec> {}

export const CSINodeDriver = struct(
  "storage.k8s.io/v1.CSINodeDriver",
  {
    name: req(1, string, "Name of the driver."),
    nodeID: req(2, string, "What the driver calls the node."),
    topologyKeys: opt(3, list(string), "Node labels that say where volumes can be reached.", { emitEmpty: true }),
    allocatable: opt(
      4,
      ref<VolumeNodeResources>(() => VolumeNodeResources),
      "What the node can take.",
    ),
  },
  { doc: "A CSI driver on a node." },
);
export interface CSINodeDriver extends Infer<typeof CSINodeDriver> {}

export const VolumeNodeResources = struct(
  "storage.k8s.io/v1.VolumeNodeResources",
  {
    count: opt(1, int32, "How many volumes.", { keepZero: true }),
  },
  { doc: "What a node can take of a driver's volumes." },
);
export interface VolumeNodeResources extends Infer<typeof VolumeNodeResources> {}

export const csiNodes = resource<CSINode>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "CSINode",
  plural: "csinodes",
  namespaced: false,
  schema: CSINode,
  storage: "csinodes",
  storageVersionHash: "Pe62DkZtjuo=",
  formerVersions: ["v1beta1"],
  unconditionalUpdate: false,
  columns: csiNodeColumns,
  strategy: { validate: csiNodeErrors },
});
