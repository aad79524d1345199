import {
  type Infer,
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
  LabelSelector,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { TypedLocalObjectReference, TypedObjectReference } from "./object-reference.ts";
import { VolumeResourceRequirements } from "./resources.ts";
import { persistentVolumeClaimColumns } from "./volume-claim-tables.ts";
import { claimSpecRules } from "./volume-claim-rules.ts";
import { claimStrategy } from "./volume-claim-strategies.ts";

export const PersistentVolumeClaim = struct(
  "core/v1.PersistentVolumeClaim",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<PersistentVolumeClaimSpec>(() => PersistentVolumeClaimSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<PersistentVolumeClaimStatus>(() => PersistentVolumeClaimStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "A wish for storage, and the volume it was given." },
);
export interface PersistentVolumeClaim extends Infer<typeof PersistentVolumeClaim> {}

export const PersistentVolumeClaimStatus = struct(
  "core/v1.PersistentVolumeClaimStatus",
  {
    phase: opt(1, oneOf("Bound", "Lost", "Pending"), "Pending, Bound or Lost.", { default: "Pending" }),
    accessModes: opt(
      2,
      list(oneOf("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")),
      "Modes that its volume has.",
    ),
    capacity: opt(3, map(quantity), "Size of its volume."),
    conditions: opt(
      4,
      list(
        ref<PersistentVolumeClaimCondition>(() => PersistentVolumeClaimCondition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { patch: "merge", patchKey: "type" },
    ),
    allocatedResources: opt(5, map(quantity), "Size that is being made or was last asked for."),
    allocatedResourceStatuses: opt(7, map(string), "How far a change of size has come."),
    currentVolumeAttributesClassName: opt(8, string, "Class of attributes that its volume has now.", {
      keepZero: true,
      gate: "VolumeAttributesClass",
    }),
    modifyVolumeStatus: opt(
      9,
      ref<ModifyVolumeStatus>(() => ModifyVolumeStatus),
      "How far a change of attributes has come.",
      { gate: "VolumeAttributesClass" },
    ),
  },
  { doc: "State of a claim." },
);
export interface PersistentVolumeClaimStatus extends Infer<typeof PersistentVolumeClaimStatus> {}

export const ModifyVolumeStatus = struct(
  "core/v1.ModifyVolumeStatus",
  {
    targetVolumeAttributesClassName: opt(1, string, "Class that it is to have."),
    status: req(2, oneOf("InProgress", "Infeasible", "Pending"), "Pending, InProgress or Infeasible."),
  },
  { doc: "A change of a volume's attributes on its way." },
);
export interface ModifyVolumeStatus extends Infer<typeof ModifyVolumeStatus> {}

export const PersistentVolumeClaimCondition = struct(
  "core/v1.PersistentVolumeClaimCondition",
  {
    type: req(1, string, "What it is about, such as Resizing.", {
      known: [
        "Resizing",
        "FileSystemResizePending",
        "ControllerResizeError",
        "NodeResizeError",
        "ModifyVolumeError",
        "ModifyingVolume",
        "Unused",
      ],
    }),
    status: req(2, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    lastProbeTime: opt(3, time, "When it was last looked at.", { emitEmpty: true }),
    lastTransitionTime: opt(4, time, "When the status last changed.", { emitEmpty: true }),
    reason: opt(5, string, "One word in CamelCase on why, for programs."),
    message: opt(6, string, "A sentence on why, for people."),
  },
  { doc: "A finding on a claim." },
);
export interface PersistentVolumeClaimCondition extends Infer<typeof PersistentVolumeClaimCondition> {}

export const PersistentVolumeClaimSpec = struct(
  "core/v1.PersistentVolumeClaimSpec",
  {
    accessModes: opt(
      1,
      list(oneOf("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")),
      "How it is to be mounted.",
    ),
    selector: opt(
      4,
      ref<LabelSelector>(() => LabelSelector),
      "Labels of the volumes that would do.",
    ),
    resources: opt(
      2,
      ref<VolumeResourceRequirements>(() => VolumeResourceRequirements),
      "How large it is to be.",
      { emitEmpty: true },
    ),
    volumeName: opt(3, string, "The volume it is bound to."),
    storageClassName: opt(5, string, "Class of storage; empty for none, absent for the default one.", {
      keepZero: true,
    }),
    volumeMode: opt(6, oneOf("Block", "Filesystem"), "Whether it is a file system or a block device.", {
      keepZero: true,
      default: "Filesystem",
    }),
    dataSource: opt(
      7,
      ref<TypedLocalObjectReference>(() => TypedLocalObjectReference),
      "Claim or snapshot that it is filled from.",
    ),
    dataSourceRef: opt(
      8,
      ref<TypedObjectReference>(() => TypedObjectReference),
      "Object of any kind that it is filled from.",
    ),
    volumeAttributesClassName: opt(9, string, "Class of attributes that the driver gives the volume.", {
      keepZero: true,
      gate: "VolumeAttributesClass",
    }),
  },
  (): AnyStructOptions => ({ doc: "What storage is asked for.", rules: [claimSpecRules] }),
);
export interface PersistentVolumeClaimSpec extends Infer<typeof PersistentVolumeClaimSpec> {}

export const persistentVolumeClaims = resource<PersistentVolumeClaim>({
  group: "",
  version: "v1",
  kind: "PersistentVolumeClaim",
  plural: "persistentvolumeclaims",
  shortNames: ["pvc"],
  schema: PersistentVolumeClaim,
  storageVersionHash: "QWTyNDq0dC4=",
  generationFields: [],
  columns: persistentVolumeClaimColumns,
  strategy: claimStrategy,
});
