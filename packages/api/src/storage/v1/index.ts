/** Types of storage.k8s.io/v1. */
export { attachmentName, type CsiVolumeId, uniqueVolumeName } from "./attachment-name.ts";
export { CSIDriver, CSIDriverSpec, TokenRequest, csiDrivers } from "./csi-driver.ts";
export { CSINode, CSINodeDriver, CSINodeSpec, VolumeNodeResources, csiNodes } from "./csi-node.ts";
export { CSIStorageCapacity, csiStorageCapacities } from "./csi-storage-capacity.ts";
export { DEFAULT_STORAGE_CLASS, defaultStorageClass } from "./default-storage-class.ts";
export { LOCAL_PATH } from "./local-path.ts";
export { StorageClass, storageClasses } from "./storage-class.ts";
export {
  VolumeAttachment,
  VolumeAttachmentSource,
  VolumeAttachmentSpec,
  VolumeAttachmentStatus,
  VolumeError,
  volumeAttachments,
} from "./volume-attachment.ts";
export { VolumeAttributesClass, volumeAttributesClasses } from "./volume-attributes-class.ts";
