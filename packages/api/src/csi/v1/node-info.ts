import { type Infer, int32, int64, list, map, opt, ref, string, struct } from "@skates/apimachinery";

// What a driver says of itself and of volumes on its node.

/** Values of the enumeration NodeServiceCapability.RPC.Type that matter to a node. */
export const NODE_CAPABILITY = {
  STAGE_UNSTAGE_VOLUME: 1,
  GET_VOLUME_STATS: 2,
  EXPAND_VOLUME: 3,
  VOLUME_CONDITION: 4,
  SINGLE_NODE_MULTI_WRITER: 5,
  VOLUME_MOUNT_GROUP: 6,
} as const;

/** Values of the enumeration VolumeUsage.Unit. */
export const USAGE_UNIT = { BYTES: 1, INODES: 2 } as const;

export const NodeServiceRpc = struct("csi/v1.NodeServiceCapability.RPC", {
  type: opt(1, int32, ""),
});
export interface NodeServiceRpc extends Infer<typeof NodeServiceRpc> {}

export const NodeServiceCapability = struct("csi/v1.NodeServiceCapability", {
  rpc: opt(
    1,
    ref<NodeServiceRpc>(() => NodeServiceRpc),
    "",
  ),
});
export interface NodeServiceCapability extends Infer<typeof NodeServiceCapability> {}

export const NodeGetCapabilitiesRequest = struct("csi/v1.NodeGetCapabilitiesRequest", {});
export interface NodeGetCapabilitiesRequest extends Infer<typeof NodeGetCapabilitiesRequest> {}

export const NodeGetCapabilitiesResponse = struct("csi/v1.NodeGetCapabilitiesResponse", {
  capabilities: opt(1, list(ref<NodeServiceCapability>(() => NodeServiceCapability)), ""),
});
export interface NodeGetCapabilitiesResponse extends Infer<typeof NodeGetCapabilitiesResponse> {}

export const Topology = struct("csi/v1.Topology", {
  segments: opt(1, map(string), ""),
});
export interface Topology extends Infer<typeof Topology> {}

export const NodeGetInfoRequest = struct("csi/v1.NodeGetInfoRequest", {});
export interface NodeGetInfoRequest extends Infer<typeof NodeGetInfoRequest> {}

/** `maxVolumesPerNode` 0: no limit that the driver knows of. */
export const NodeGetInfoResponse = struct("csi/v1.NodeGetInfoResponse", {
  nodeId: opt(1, string, ""),
  maxVolumesPerNode: opt(2, int64, ""),
  accessibleTopology: opt(
    3,
    ref<Topology>(() => Topology),
    "",
  ),
});
export interface NodeGetInfoResponse extends Infer<typeof NodeGetInfoResponse> {}

export const NodeGetVolumeStatsRequest = struct("csi/v1.NodeGetVolumeStatsRequest", {
  volumeId: opt(1, string, ""),
  volumePath: opt(2, string, ""),
  stagingTargetPath: opt(3, string, ""),
});
export interface NodeGetVolumeStatsRequest extends Infer<typeof NodeGetVolumeStatsRequest> {}

export const VolumeUsage = struct("csi/v1.VolumeUsage", {
  available: opt(1, int64, ""),
  total: opt(2, int64, ""),
  used: opt(3, int64, ""),
  unit: opt(4, int32, ""),
});
export interface VolumeUsage extends Infer<typeof VolumeUsage> {}

export const NodeGetVolumeStatsResponse = struct("csi/v1.NodeGetVolumeStatsResponse", {
  usage: opt(1, list(ref<VolumeUsage>(() => VolumeUsage)), ""),
});
export interface NodeGetVolumeStatsResponse extends Infer<typeof NodeGetVolumeStatsResponse> {}
