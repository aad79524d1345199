import { type Infer, bool, int32, int64, list, map, opt, ref, string, struct } from "@skates/apimachinery";
import { ContainerResources, LinuxContainerResources } from "./resources.ts";
import { PodSandboxConfig } from "./sandbox-config.ts";
import { LinuxContainerSecurityContext } from "./security.ts";
import { Device, ImageSpec, KeyValue, Mount } from "./values.ts";

// Containers: configuration, state, requests.

/** Values of the enumeration ContainerState. */
export const CONTAINER_STATE = {
  CONTAINER_CREATED: 0,
  CONTAINER_RUNNING: 1,
  CONTAINER_EXITED: 2,
  CONTAINER_UNKNOWN: 3,
} as const;

export const ContainerMetadata = struct("cri/v1.ContainerMetadata", {
  name: opt(1, string, ""),
  attempt: opt(2, int64, ""),
});
export interface ContainerMetadata extends Infer<typeof ContainerMetadata> {}

export const LinuxContainerUser = struct("cri/v1.LinuxContainerUser", {
  uid: opt(1, int64, ""),
  gid: opt(2, int64, ""),
  supplementalGroups: opt(3, list(int64), ""),
});
export interface LinuxContainerUser extends Infer<typeof LinuxContainerUser> {}

export const ContainerUser = struct("cri/v1.ContainerUser", {
  linux: opt(
    1,
    ref<LinuxContainerUser>(() => LinuxContainerUser),
    "",
  ),
});
export interface ContainerUser extends Infer<typeof ContainerUser> {}

export const LinuxContainerConfig = struct("cri/v1.LinuxContainerConfig", {
  resources: opt(
    1,
    ref<LinuxContainerResources>(() => LinuxContainerResources),
    "",
  ),
  securityContext: opt(
    2,
    ref<LinuxContainerSecurityContext>(() => LinuxContainerSecurityContext),
    "",
  ),
});
export interface LinuxContainerConfig extends Infer<typeof LinuxContainerConfig> {}

export const CDIDevice = struct("cri/v1.CDIDevice", {
  name: opt(1, string, ""),
});
export interface CDIDevice extends Infer<typeof CDIDevice> {}

export const ContainerConfig = struct("cri/v1.ContainerConfig", {
  metadata: opt(
    1,
    ref<ContainerMetadata>(() => ContainerMetadata),
    "",
  ),
  image: opt(
    2,
    ref<ImageSpec>(() => ImageSpec),
    "",
  ),
  command: opt(3, list(string), ""),
  args: opt(4, list(string), ""),
  workingDir: opt(5, string, ""),
  envs: opt(6, list(ref<KeyValue>(() => KeyValue)), ""),
  mounts: opt(7, list(ref<Mount>(() => Mount)), ""),
  devices: opt(8, list(ref<Device>(() => Device)), ""),
  labels: opt(9, map(string), ""),
  annotations: opt(10, map(string), ""),
  logPath: opt(11, string, ""),
  stdin: opt(12, bool, ""),
  stdinOnce: opt(13, bool, ""),
  tty: opt(14, bool, ""),
  linux: opt(
    15,
    ref<LinuxContainerConfig>(() => LinuxContainerConfig),
    "",
  ),
  cDIDevices: opt(17, list(ref<CDIDevice>(() => CDIDevice)), ""),
  stopSignal: opt(18, int32, ""),
});
export interface ContainerConfig extends Infer<typeof ContainerConfig> {}

export const CreateContainerRequest = struct("cri/v1.CreateContainerRequest", {
  podSandboxId: opt(1, string, ""),
  config: opt(
    2,
    ref<ContainerConfig>(() => ContainerConfig),
    "",
  ),
  sandboxConfig: opt(
    3,
    ref<PodSandboxConfig>(() => PodSandboxConfig),
    "",
  ),
});
export interface CreateContainerRequest extends Infer<typeof CreateContainerRequest> {}

export const CreateContainerResponse = struct("cri/v1.CreateContainerResponse", {
  containerId: opt(1, string, ""),
});
export interface CreateContainerResponse extends Infer<typeof CreateContainerResponse> {}

export const StartContainerRequest = struct("cri/v1.StartContainerRequest", {
  containerId: opt(1, string, ""),
});
export interface StartContainerRequest extends Infer<typeof StartContainerRequest> {}

export const StartContainerResponse = struct("cri/v1.StartContainerResponse", {});
export interface StartContainerResponse extends Infer<typeof StartContainerResponse> {}

export const StopContainerRequest = struct("cri/v1.StopContainerRequest", {
  containerId: opt(1, string, ""),
  timeout: opt(2, int64, ""),
});
export interface StopContainerRequest extends Infer<typeof StopContainerRequest> {}

export const StopContainerResponse = struct("cri/v1.StopContainerResponse", {});
export interface StopContainerResponse extends Infer<typeof StopContainerResponse> {}

export const RemoveContainerRequest = struct("cri/v1.RemoveContainerRequest", {
  containerId: opt(1, string, ""),
});
export interface RemoveContainerRequest extends Infer<typeof RemoveContainerRequest> {}

export const RemoveContainerResponse = struct("cri/v1.RemoveContainerResponse", {});
export interface RemoveContainerResponse extends Infer<typeof RemoveContainerResponse> {}

export const ContainerStateValue = struct("cri/v1.ContainerStateValue", {
  state: opt(1, int32, ""),
});
export interface ContainerStateValue extends Infer<typeof ContainerStateValue> {}

export const ContainerFilter = struct("cri/v1.ContainerFilter", {
  id: opt(1, string, ""),
  state: opt(
    2,
    ref<ContainerStateValue>(() => ContainerStateValue),
    "",
  ),
  podSandboxId: opt(3, string, ""),
  labelSelector: opt(4, map(string), ""),
});
export interface ContainerFilter extends Infer<typeof ContainerFilter> {}

export const ListContainersRequest = struct("cri/v1.ListContainersRequest", {
  filter: opt(
    1,
    ref<ContainerFilter>(() => ContainerFilter),
    "",
  ),
});
export interface ListContainersRequest extends Infer<typeof ListContainersRequest> {}

export const Container = struct("cri/v1.Container", {
  id: opt(1, string, ""),
  podSandboxId: opt(2, string, ""),
  metadata: opt(
    3,
    ref<ContainerMetadata>(() => ContainerMetadata),
    "",
  ),
  image: opt(
    4,
    ref<ImageSpec>(() => ImageSpec),
    "",
  ),
  imageRef: opt(5, string, ""),
  state: opt(6, int32, ""),
  createdAt: opt(7, int64, ""),
  labels: opt(8, map(string), ""),
  annotations: opt(9, map(string), ""),
  imageId: opt(10, string, ""),
});
export interface Container extends Infer<typeof Container> {}

export const ListContainersResponse = struct("cri/v1.ListContainersResponse", {
  containers: opt(1, list(ref<Container>(() => Container)), ""),
});
export interface ListContainersResponse extends Infer<typeof ListContainersResponse> {}

export const ContainerStatusRequest = struct("cri/v1.ContainerStatusRequest", {
  containerId: opt(1, string, ""),
  verbose: opt(2, bool, ""),
});
export interface ContainerStatusRequest extends Infer<typeof ContainerStatusRequest> {}

export const ContainerStatus = struct("cri/v1.ContainerStatus", {
  id: opt(1, string, ""),
  metadata: opt(
    2,
    ref<ContainerMetadata>(() => ContainerMetadata),
    "",
  ),
  state: opt(3, int32, ""),
  createdAt: opt(4, int64, ""),
  startedAt: opt(5, int64, ""),
  finishedAt: opt(6, int64, ""),
  exitCode: opt(7, int32, ""),
  image: opt(
    8,
    ref<ImageSpec>(() => ImageSpec),
    "",
  ),
  imageRef: opt(9, string, ""),
  reason: opt(10, string, ""),
  message: opt(11, string, ""),
  labels: opt(12, map(string), ""),
  annotations: opt(13, map(string), ""),
  mounts: opt(14, list(ref<Mount>(() => Mount)), ""),
  logPath: opt(15, string, ""),
  resources: opt(
    16,
    ref<ContainerResources>(() => ContainerResources),
    "",
  ),
  imageId: opt(17, string, ""),
  user: opt(
    18,
    ref<ContainerUser>(() => ContainerUser),
    "",
  ),
  stopSignal: opt(19, int32, ""),
});
export interface ContainerStatus extends Infer<typeof ContainerStatus> {}

export const ContainerStatusResponse = struct("cri/v1.ContainerStatusResponse", {
  status: opt(
    1,
    ref<ContainerStatus>(() => ContainerStatus),
    "",
  ),
  info: opt(2, map(string), ""),
});
export interface ContainerStatusResponse extends Infer<typeof ContainerStatusResponse> {}

export const ReopenContainerLogRequest = struct("cri/v1.ReopenContainerLogRequest", {
  containerId: opt(1, string, ""),
});
export interface ReopenContainerLogRequest extends Infer<typeof ReopenContainerLogRequest> {}

export const ReopenContainerLogResponse = struct("cri/v1.ReopenContainerLogResponse", {});
export interface ReopenContainerLogResponse extends Infer<typeof ReopenContainerLogResponse> {}
