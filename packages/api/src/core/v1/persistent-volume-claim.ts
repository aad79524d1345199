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
} from "@skates/apimachinery";
import { TypedLocalObjectReference, TypedObjectReference } from "./object-reference.ts";
import { VolumeResourceRequirements } from "./resources.ts";
import { persistentVolumeClaimColumns } from "./volume-claim-tables.ts";

export const PersistentVolumeClaim = struct("core/v1.PersistentVolumeClaim", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<PersistentVolumeClaimSpec>(() => PersistentVolumeClaimSpec),
    "",
  ),
  status: opt(
    3,
    ref<PersistentVolumeClaimStatus>(() => PersistentVolumeClaimStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface PersistentVolumeClaim extends Infer<typeof PersistentVolumeClaim> {}

export const PersistentVolumeClaimStatus = struct("core/v1.PersistentVolumeClaimStatus", {
  phase: opt(1, oneOf("Bound", "Lost", "Pending"), "", { default: "Pending" }),
  accessModes: opt(2, list(oneOf("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")), ""),
  capacity: opt(3, map(quantity), ""),
  conditions: opt(
    4,
    list(
      ref<PersistentVolumeClaimCondition>(() => PersistentVolumeClaimCondition),
      { keys: ["type"] },
    ),
    "",
    { patch: "merge", patchKey: "type" },
  ),
  allocatedResources: opt(5, map(quantity), ""),
  allocatedResourceStatuses: opt(7, map(string), ""),
  currentVolumeAttributesClassName: opt(8, string, "", { keepZero: true, gate: "VolumeAttributesClass" }),
  modifyVolumeStatus: opt(
    9,
    ref<ModifyVolumeStatus>(() => ModifyVolumeStatus),
    "",
    { gate: "VolumeAttributesClass" },
  ),
});
export interface PersistentVolumeClaimStatus extends Infer<typeof PersistentVolumeClaimStatus> {}

export const ModifyVolumeStatus = struct("core/v1.ModifyVolumeStatus", {
  targetVolumeAttributesClassName: opt(1, string, ""),
  status: req(2, oneOf("InProgress", "Infeasible", "Pending"), ""),
});
export interface ModifyVolumeStatus extends Infer<typeof ModifyVolumeStatus> {}

export const PersistentVolumeClaimCondition = struct("core/v1.PersistentVolumeClaimCondition", {
  type: req(1, string, "", {
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
  status: req(2, string, "", { known: ["True", "False", "Unknown"] }),
  lastProbeTime: opt(3, time, "", { emitEmpty: true }),
  lastTransitionTime: opt(4, time, "", { emitEmpty: true }),
  reason: opt(5, string, ""),
  message: opt(6, string, ""),
});
export interface PersistentVolumeClaimCondition extends Infer<typeof PersistentVolumeClaimCondition> {}

export const PersistentVolumeClaimSpec = struct("core/v1.PersistentVolumeClaimSpec", {
  accessModes: opt(1, list(oneOf("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")), ""),
  selector: opt(
    4,
    ref<LabelSelector>(() => LabelSelector),
    "",
  ),
  resources: opt(
    2,
    ref<VolumeResourceRequirements>(() => VolumeResourceRequirements),
    "",
    { emitEmpty: true },
  ),
  volumeName: opt(3, string, ""),
  storageClassName: opt(5, string, "", { keepZero: true }),
  volumeMode: opt(6, oneOf("Block", "Filesystem"), "", { keepZero: true, default: "Filesystem" }),
  dataSource: opt(
    7,
    ref<TypedLocalObjectReference>(() => TypedLocalObjectReference),
    "",
  ),
  dataSourceRef: opt(
    8,
    ref<TypedObjectReference>(() => TypedObjectReference),
    "",
  ),
  volumeAttributesClassName: opt(9, string, "", { keepZero: true, gate: "VolumeAttributesClass" }),
});
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
  strategy: { returnsDeleted: true },
});
