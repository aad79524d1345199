import { decodeProtobuf, encodeProtobuf, type Infer, type Struct } from "@skates/apimachinery";
import * as cri from "@skates/api/cri/v1";
import type { GrpcMethod } from "@skates/transport";

/** A gRPC method whose messages are structs of the schema language. */
export function protobufMethod<Request, Reply>(
  path: string,
  request: Struct,
  reply: Struct,
): GrpcMethod<Request, Reply> {
  return {
    path,
    encode: (value) => encodeProtobuf(request, value),
    // The codec makes values of the struct's type; the type system cannot see that through `Struct`.
    decode: (bytes) => decodeProtobuf(reply, bytes) as Reply,
  };
}

type Pair<Q extends Struct, R extends Struct> = GrpcMethod<Infer<Q>, Infer<R>>;

function runtime<Q extends Struct, R extends Struct>(name: string, request: Q, reply: R): Pair<Q, R> {
  return protobufMethod(`/runtime.v1.RuntimeService/${name}`, request, reply);
}
function image<Q extends Struct, R extends Struct>(name: string, request: Q, reply: R): Pair<Q, R> {
  return protobufMethod(`/runtime.v1.ImageService/${name}`, request, reply);
}

/** The methods of the runtime service that are used. */
export const runtimeService = {
  version: runtime("Version", cri.VersionRequest, cri.VersionResponse),
  status: runtime("Status", cri.StatusRequest, cri.StatusResponse),
  runPodSandbox: runtime("RunPodSandbox", cri.RunPodSandboxRequest, cri.RunPodSandboxResponse),
  stopPodSandbox: runtime("StopPodSandbox", cri.StopPodSandboxRequest, cri.StopPodSandboxResponse),
  removePodSandbox: runtime("RemovePodSandbox", cri.RemovePodSandboxRequest, cri.RemovePodSandboxResponse),
  podSandboxStatus: runtime("PodSandboxStatus", cri.PodSandboxStatusRequest, cri.PodSandboxStatusResponse),
  listPodSandbox: runtime("ListPodSandbox", cri.ListPodSandboxRequest, cri.ListPodSandboxResponse),
  createContainer: runtime("CreateContainer", cri.CreateContainerRequest, cri.CreateContainerResponse),
  startContainer: runtime("StartContainer", cri.StartContainerRequest, cri.StartContainerResponse),
  stopContainer: runtime("StopContainer", cri.StopContainerRequest, cri.StopContainerResponse),
  removeContainer: runtime("RemoveContainer", cri.RemoveContainerRequest, cri.RemoveContainerResponse),
  listContainers: runtime("ListContainers", cri.ListContainersRequest, cri.ListContainersResponse),
  containerStatus: runtime("ContainerStatus", cri.ContainerStatusRequest, cri.ContainerStatusResponse),
  updateContainerResources: runtime(
    "UpdateContainerResources",
    cri.UpdateContainerResourcesRequest,
    cri.UpdateContainerResourcesResponse,
  ),
  reopenContainerLog: runtime("ReopenContainerLog", cri.ReopenContainerLogRequest, cri.ReopenContainerLogResponse),
  execSync: runtime("ExecSync", cri.ExecSyncRequest, cri.ExecSyncResponse),
  exec: runtime("Exec", cri.ExecRequest, cri.ExecResponse),
  attach: runtime("Attach", cri.AttachRequest, cri.AttachResponse),
  portForward: runtime("PortForward", cri.PortForwardRequest, cri.PortForwardResponse),
  listContainerStats: runtime("ListContainerStats", cri.ListContainerStatsRequest, cri.ListContainerStatsResponse),
  getContainerEvents: runtime("GetContainerEvents", cri.GetEventsRequest, cri.ContainerEventResponse),
};

/** The methods of the image service that are used. */
export const imageService = {
  listImages: image("ListImages", cri.ListImagesRequest, cri.ListImagesResponse),
  imageStatus: image("ImageStatus", cri.ImageStatusRequest, cri.ImageStatusResponse),
  pullImage: image("PullImage", cri.PullImageRequest, cri.PullImageResponse),
  removeImage: image("RemoveImage", cri.RemoveImageRequest, cri.RemoveImageResponse),
  imageFsInfo: image("ImageFsInfo", cri.ImageFsInfoRequest, cri.ImageFsInfoResponse),
};
