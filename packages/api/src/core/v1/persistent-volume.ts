import {
  type Infer,
  inline,
  list,
  map,
  oneOf,
  opt,
  quantity,
  ref,
  req,
  string,
  struct,
  time,
  typeMeta,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { NodeSelector } from "./node-selector.ts";
import { ObjectReference } from "./object-reference.ts";
import { persistentVolumeColumns } from "./volume-claim-tables.ts";
import { PersistentVolumeSource } from "./persistent-volume-source.ts";
import { volumeSpecRules } from "./volume-claim-rules.ts";
import { volumeStrategy } from "./volume-claim-strategies.ts";

export const PersistentVolume = struct(
  "core/v1.PersistentVolume",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<PersistentVolumeSpec>(() => PersistentVolumeSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<PersistentVolumeStatus>(() => PersistentVolumeStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "A piece of storage in the cluster." },
);
export interface PersistentVolume extends Infer<typeof PersistentVolume> {}

export const PersistentVolumeStatus = struct(
  "core/v1.PersistentVolumeStatus",
  {
    phase: opt(
      1,
      oneOf("Available", "Bound", "Failed", "Pending", "Released"),
      "Pending, Available, Bound, Released or Failed.",
      { default: "Pending" },
    ),
    message: opt(2, string, "A sentence on why it is in this state."),
    reason: opt(3, string, "One word on why it failed."),
    lastPhaseTransitionTime: opt(4, time, "When the phase last changed.", { keepZero: true }),
  },
  { doc: "State of a volume." },
);
export interface PersistentVolumeStatus extends Infer<typeof PersistentVolumeStatus> {}

export const PersistentVolumeSpec = struct(
  "core/v1.PersistentVolumeSpec",
  {
    capacity: opt(1, map(quantity), "Its size and other resources."),
    ...inline(2, PersistentVolumeSource),
    accessModes: opt(
      3,
      list(oneOf("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")),
      "All the ways in which it can be mounted.",
    ),
    claimRef: opt(
      4,
      ref<ObjectReference>(() => ObjectReference),
      "The claim it is bound to, or set aside for.",
    ),
    persistentVolumeReclaimPolicy: opt(
      5,
      oneOf("Delete", "Recycle", "Retain"),
      "What becomes of it when its claim goes.",
      { default: "Retain" },
    ),
    storageClassName: opt(6, string, "Class it belongs to; empty for none."),
    mountOptions: opt(7, list(string), "Options for mounting it; not checked."),
    volumeMode: opt(8, oneOf("Block", "Filesystem"), "Whether it is a file system or a block device.", {
      keepZero: true,
      default: "Filesystem",
    }),
    nodeAffinity: opt(
      9,
      ref<VolumeNodeAffinity>(() => VolumeNodeAffinity),
      "Nodes from which it can be reached.",
    ),
    volumeAttributesClassName: opt(10, string, "Class of attributes that it has.", {
      keepZero: true,
      gate: "VolumeAttributesClass",
    }),
  },
  (): AnyStructOptions => ({ doc: "What a volume is, and who may have it.", rules: [volumeSpecRules] }),
);
export interface PersistentVolumeSpec extends Infer<typeof PersistentVolumeSpec> {}

export const VolumeNodeAffinity = struct(
  "core/v1.VolumeNodeAffinity",
  {
    required: opt(
      1,
      ref<NodeSelector>(() => NodeSelector),
      "What such a node is like.",
    ),
  },
  { doc: "Nodes from which a volume can be reached." },
);
export interface VolumeNodeAffinity extends Infer<typeof VolumeNodeAffinity> {}

export const persistentVolumes = resource<PersistentVolume>({
  group: "",
  version: "v1",
  kind: "PersistentVolume",
  plural: "persistentvolumes",
  shortNames: ["pv"],
  namespaced: false,
  schema: PersistentVolume,
  storageVersionHash: "HN/zwEC+JgM=",
  generationFields: [],
  columns: persistentVolumeColumns,
  strategy: volumeStrategy,
});
