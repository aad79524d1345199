import { type Infer, int32, int64, list, opt, ref, string, struct } from "@skates/apimachinery";

// How a volume is to be used.

/** Values of the enumeration AccessMode.Mode. */
export const ACCESS_MODE = {
  SINGLE_NODE_WRITER: 1,
  SINGLE_NODE_READER_ONLY: 2,
  MULTI_NODE_READER_ONLY: 3,
  MULTI_NODE_SINGLE_WRITER: 4,
  MULTI_NODE_MULTI_WRITER: 5,
  SINGLE_NODE_SINGLE_WRITER: 6,
  SINGLE_NODE_MULTI_WRITER: 7,
} as const;

export const BlockVolume = struct("csi/v1.VolumeCapability.BlockVolume", {});
export interface BlockVolume extends Infer<typeof BlockVolume> {}

export const MountVolume = struct("csi/v1.VolumeCapability.MountVolume", {
  fsType: opt(1, string, ""),
  mountFlags: opt(2, list(string), ""),
  volumeMountGroup: opt(3, string, ""),
});
export interface MountVolume extends Infer<typeof MountVolume> {}

export const CsiAccessMode = struct("csi/v1.VolumeCapability.AccessMode", {
  mode: opt(1, int32, ""),
});
export interface CsiAccessMode extends Infer<typeof CsiAccessMode> {}

/** Either `block` or `mount`. */
export const VolumeCapability = struct("csi/v1.VolumeCapability", {
  block: opt(
    1,
    ref<BlockVolume>(() => BlockVolume),
    "",
  ),
  mount: opt(
    2,
    ref<MountVolume>(() => MountVolume),
    "",
  ),
  accessMode: opt(
    3,
    ref<CsiAccessMode>(() => CsiAccessMode),
    "",
  ),
});
export interface VolumeCapability extends Infer<typeof VolumeCapability> {}

export const CapacityRange = struct("csi/v1.CapacityRange", {
  requiredBytes: opt(1, int64, ""),
  limitBytes: opt(2, int64, ""),
});
export interface CapacityRange extends Infer<typeof CapacityRange> {}
