import { bool, type Infer, int64, map, opt, ref, string, struct } from "@skates/apimachinery";
import { CapacityRange, VolumeCapability } from "./volume-capability.ts";

// What a node asks its driver to do with a volume.

export const NodeStageVolumeRequest = struct("csi/v1.NodeStageVolumeRequest", {
  volumeId: opt(1, string, ""),
  publishContext: opt(2, map(string), ""),
  stagingTargetPath: opt(3, string, ""),
  volumeCapability: opt(
    4,
    ref<VolumeCapability>(() => VolumeCapability),
    "",
  ),
  secrets: opt(5, map(string), ""),
  volumeContext: opt(6, map(string), ""),
});
export interface NodeStageVolumeRequest extends Infer<typeof NodeStageVolumeRequest> {}

export const NodeStageVolumeResponse = struct("csi/v1.NodeStageVolumeResponse", {});
export interface NodeStageVolumeResponse extends Infer<typeof NodeStageVolumeResponse> {}

export const NodeUnstageVolumeRequest = struct("csi/v1.NodeUnstageVolumeRequest", {
  volumeId: opt(1, string, ""),
  stagingTargetPath: opt(2, string, ""),
});
export interface NodeUnstageVolumeRequest extends Infer<typeof NodeUnstageVolumeRequest> {}

export const NodeUnstageVolumeResponse = struct("csi/v1.NodeUnstageVolumeResponse", {});
export interface NodeUnstageVolumeResponse extends Infer<typeof NodeUnstageVolumeResponse> {}

export const NodePublishVolumeRequest = struct("csi/v1.NodePublishVolumeRequest", {
  volumeId: opt(1, string, ""),
  publishContext: opt(2, map(string), ""),
  stagingTargetPath: opt(3, string, ""),
  targetPath: opt(4, string, ""),
  volumeCapability: opt(
    5,
    ref<VolumeCapability>(() => VolumeCapability),
    "",
  ),
  readonly: opt(6, bool, ""),
  secrets: opt(7, map(string), ""),
  volumeContext: opt(8, map(string), ""),
});
export interface NodePublishVolumeRequest extends Infer<typeof NodePublishVolumeRequest> {}

export const NodePublishVolumeResponse = struct("csi/v1.NodePublishVolumeResponse", {});
export interface NodePublishVolumeResponse extends Infer<typeof NodePublishVolumeResponse> {}

export const NodeUnpublishVolumeRequest = struct("csi/v1.NodeUnpublishVolumeRequest", {
  volumeId: opt(1, string, ""),
  targetPath: opt(2, string, ""),
});
export interface NodeUnpublishVolumeRequest extends Infer<typeof NodeUnpublishVolumeRequest> {}

export const NodeUnpublishVolumeResponse = struct("csi/v1.NodeUnpublishVolumeResponse", {});
export interface NodeUnpublishVolumeResponse extends Infer<typeof NodeUnpublishVolumeResponse> {}

export const NodeExpandVolumeRequest = struct("csi/v1.NodeExpandVolumeRequest", {
  volumeId: opt(1, string, ""),
  volumePath: opt(2, string, ""),
  capacityRange: opt(
    3,
    ref<CapacityRange>(() => CapacityRange),
    "",
  ),
  stagingTargetPath: opt(4, string, ""),
  volumeCapability: opt(
    5,
    ref<VolumeCapability>(() => VolumeCapability),
    "",
  ),
  secrets: opt(6, map(string), ""),
});
export interface NodeExpandVolumeRequest extends Infer<typeof NodeExpandVolumeRequest> {}

export const NodeExpandVolumeResponse = struct("csi/v1.NodeExpandVolumeResponse", {
  capacityBytes: opt(1, int64, ""),
});
export interface NodeExpandVolumeResponse extends Infer<typeof NodeExpandVolumeResponse> {}
