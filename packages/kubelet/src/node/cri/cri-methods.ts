import * as cri from "@skates/api/cri/v1";
import { methodsOf } from "../grpc-methods.ts";

const runtime = methodsOf("runtime.v1.RuntimeService");
const image = methodsOf("runtime.v1.ImageService");

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
