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
  type AnyStructOptions,
} from "@skates/apimachinery";
import { PersistentVolumeSpec } from "../../core/v1/persistent-volume.ts";
import { volumeAttachmentColumns } from "./storage-tables.ts";
import { volumeAttachmentErrors, volumeAttachmentSpecRules } from "./storage-rules.ts";

export const VolumeAttachment = struct(
  "storage.k8s.io/v1.VolumeAttachment",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<VolumeAttachmentSpec>(() => VolumeAttachmentSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<VolumeAttachmentStatus>(() => VolumeAttachmentStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "Attaches a volume to a node." },
);
export interface VolumeAttachment extends Infer<typeof VolumeAttachment> {}

export const VolumeAttachmentStatus = struct(
  "storage.k8s.io/v1.VolumeAttachmentStatus",
  {
    attached: req(1, bool, "Whether it is attached."),
    attachmentMetadata: opt(2, map(string), "What the driver says that mounting needs."),
    attachError: opt(
      3,
      ref<VolumeError>(() => VolumeError),
      "Why it could not be attached.",
    ),
    detachError: opt(
      4,
      ref<VolumeError>(() => VolumeError),
      "Why it could not be detached.",
    ),
  },
  { doc: "State of an attachment." },
);
export interface VolumeAttachmentStatus extends Infer<typeof VolumeAttachmentStatus> {}

export const VolumeError = struct(
  "storage.k8s.io/v1.VolumeError",
  {
    time: opt(1, time, "When.", { emitEmpty: true }),
    message: opt(2, string, "A sentence on why, for people."),
    errorCode: opt(3, int32, "Code of the driver's error.", { keepZero: true, gate: "MutableCSINodeAllocatableCount" }),
  },
  { doc: "What went wrong." },
);
export interface VolumeError extends Infer<typeof VolumeError> {}

export const VolumeAttachmentSpec = struct(
  "storage.k8s.io/v1.VolumeAttachmentSpec",
  {
    attacher: req(1, string, "Driver that attaches.", { maxLength: 63 }),
    source: req(
      2,
      ref<VolumeAttachmentSource>(() => VolumeAttachmentSource),
      "The volume.",
    ),
    nodeName: req(3, string, "The node."),
  },
  (): AnyStructOptions => ({ doc: "Which volume, which node; it stays.", rules: [volumeAttachmentSpecRules] }),
);
export interface VolumeAttachmentSpec extends Infer<typeof VolumeAttachmentSpec> {}

export const VolumeAttachmentSource = struct(
  "storage.k8s.io/v1.VolumeAttachmentSource",
  {
    persistentVolumeName: opt(1, string, "Name of a persistent volume.", { keepZero: true }),
    inlineVolumeSpec: opt(
      2,
      ref<PersistentVolumeSpec>(() => PersistentVolumeSpec),
      "A volume described in full.",
    ),
  },
  { doc: "The volume; exactly one is given." },
);
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
  formerVersions: ["v1beta1"],
  generationFields: [],
  unconditionalUpdate: false,
  columns: volumeAttachmentColumns,
  strategy: { validate: volumeAttachmentErrors },
});
