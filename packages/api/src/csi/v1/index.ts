/** Messages of the container storage interface (CSI v1) that a node uses. Field descriptions are left out, as in CRI. */
export {
  ACCESS_MODE,
  BlockVolume,
  CapacityRange,
  CsiAccessMode,
  MountVolume,
  VolumeCapability,
} from "./volume-capability.ts";
export {
  NodeExpandVolumeRequest,
  NodeExpandVolumeResponse,
  NodePublishVolumeRequest,
  NodePublishVolumeResponse,
  NodeStageVolumeRequest,
  NodeStageVolumeResponse,
  NodeUnpublishVolumeRequest,
  NodeUnpublishVolumeResponse,
  NodeUnstageVolumeRequest,
  NodeUnstageVolumeResponse,
} from "./node-volumes.ts";
export {
  NODE_CAPABILITY,
  NodeGetCapabilitiesRequest,
  NodeGetCapabilitiesResponse,
  NodeGetInfoRequest,
  NodeGetInfoResponse,
  NodeGetVolumeStatsRequest,
  NodeGetVolumeStatsResponse,
  NodeServiceCapability,
  NodeServiceRpc,
  Topology,
  USAGE_UNIT,
  VolumeUsage,
} from "./node-info.ts";
