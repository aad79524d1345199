import * as csi from "@skates/api/csi/v1";
import { methodsOf } from "../grpc-methods.ts";

const node = methodsOf("csi.v1.Node");

/** The methods of a driver's node service. */
export const nodeService = {
  nodeGetInfo: node("NodeGetInfo", csi.NodeGetInfoRequest, csi.NodeGetInfoResponse),
  nodeGetCapabilities: node("NodeGetCapabilities", csi.NodeGetCapabilitiesRequest, csi.NodeGetCapabilitiesResponse),
  nodeStageVolume: node("NodeStageVolume", csi.NodeStageVolumeRequest, csi.NodeStageVolumeResponse),
  nodeUnstageVolume: node("NodeUnstageVolume", csi.NodeUnstageVolumeRequest, csi.NodeUnstageVolumeResponse),
  nodePublishVolume: node("NodePublishVolume", csi.NodePublishVolumeRequest, csi.NodePublishVolumeResponse),
  nodeUnpublishVolume: node("NodeUnpublishVolume", csi.NodeUnpublishVolumeRequest, csi.NodeUnpublishVolumeResponse),
  nodeExpandVolume: node("NodeExpandVolume", csi.NodeExpandVolumeRequest, csi.NodeExpandVolumeResponse),
  nodeGetVolumeStats: node("NodeGetVolumeStats", csi.NodeGetVolumeStatsRequest, csi.NodeGetVolumeStatsResponse),
};
