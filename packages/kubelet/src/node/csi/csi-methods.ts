import type { Infer, Struct } from "@skates/apimachinery";
import * as csi from "@skates/api/csi/v1";
import * as registration from "@skates/api/plugin-registration/v1";
import type { GrpcMethod } from "@skates/transport";
import { protobufMethod } from "../cri/cri-methods.ts";

type Pair<Q extends Struct, R extends Struct> = GrpcMethod<Infer<Q>, Infer<R>>;

function node<Q extends Struct, R extends Struct>(name: string, request: Q, reply: R): Pair<Q, R> {
  return protobufMethod(`/csi.v1.Node/${name}`, request, reply);
}
function plugin<Q extends Struct, R extends Struct>(name: string, request: Q, reply: R): Pair<Q, R> {
  return protobufMethod(`/pluginregistration.v1.Registration/${name}`, request, reply);
}

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

/** By which plugins are asked what they are, and told whether they were taken. */
export const registrationService = {
  getInfo: plugin("GetInfo", registration.InfoRequest, registration.PluginInfo),
  notifyRegistrationStatus: plugin(
    "NotifyRegistrationStatus",
    registration.RegistrationStatus,
    registration.RegistrationStatusResponse,
  ),
};
