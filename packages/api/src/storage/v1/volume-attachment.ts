import {
  type Infer,
  bool,
  int32,
  map,
  opt,
  ref,
  req,
  string,
  struct,
  time,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { PersistentVolumeSpec } from "../../core/v1/persistent-volume.ts";
import { volumeAttachmentColumns } from "./storage-tables.ts";

export const VolumeAttachment = struct("storage.k8s.io/v1.VolumeAttachment", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<VolumeAttachmentSpec>(() => VolumeAttachmentSpec),
    "",
  ),
  status: opt(
    3,
    ref<VolumeAttachmentStatus>(() => VolumeAttachmentStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface VolumeAttachment extends Infer<typeof VolumeAttachment> {}

export const VolumeAttachmentStatus = struct("storage.k8s.io/v1.VolumeAttachmentStatus", {
  attached: req(1, bool, ""),
  attachmentMetadata: opt(2, map(string), ""),
  attachError: opt(
    3,
    ref<VolumeError>(() => VolumeError),
    "",
  ),
  detachError: opt(
    4,
    ref<VolumeError>(() => VolumeError),
    "",
  ),
});
export interface VolumeAttachmentStatus extends Infer<typeof VolumeAttachmentStatus> {}

export const VolumeError = struct("storage.k8s.io/v1.VolumeError", {
  time: opt(1, time, "", { emitEmpty: true }),
  message: opt(2, string, ""),
  errorCode: opt(3, int32, "", { keepZero: true, gate: "MutableCSINodeAllocatableCount" }),
});
export interface VolumeError extends Infer<typeof VolumeError> {}

export const VolumeAttachmentSpec = struct("storage.k8s.io/v1.VolumeAttachmentSpec", {
  attacher: req(1, string, "", { maxLength: 63 }),
  source: req(
    2,
    ref<VolumeAttachmentSource>(() => VolumeAttachmentSource),
    "",
  ),
  nodeName: req(3, string, ""),
});
export interface VolumeAttachmentSpec extends Infer<typeof VolumeAttachmentSpec> {}

export const VolumeAttachmentSource = struct("storage.k8s.io/v1.VolumeAttachmentSource", {
  persistentVolumeName: opt(1, string, "", { keepZero: true }),
  inlineVolumeSpec: opt(
    2,
    ref<PersistentVolumeSpec>(() => PersistentVolumeSpec),
    "",
  ),
});
export interface VolumeAttachmentSource extends Infer<typeof VolumeAttachmentSource> {}

export const volumeAttachments = resource<VolumeAttachment>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "VolumeAttachment",
  plural: "volumeattachments",
  namespaced: false,
  schema: VolumeAttachment,
  storage: "volumeattachments",
  storageVersionHash: "tJx/ezt6UDU=",
  generationFields: [],
  unconditionalUpdate: false,
  columns: volumeAttachmentColumns,
});
