import {
  type Infer,
  bool,
  int32,
  int64,
  list,
  map,
  oneOf,
  opt,
  quantity,
  ref,
  req,
  string,
  struct,
  time,
} from "@skates/apimachinery";
import { ResourceRequirements } from "./resources.ts";

export const ContainerStatus = struct("core/v1.ContainerStatus", {
  name: req(1, string, ""),
  state: opt(
    2,
    ref<ContainerState>(() => ContainerState),
    "",
    { emitEmpty: true },
  ),
  lastState: opt(
    3,
    ref<ContainerState>(() => ContainerState),
    "",
    { emitEmpty: true },
  ),
  ready: req(4, bool, ""),
  restartCount: req(5, int32, ""),
  image: req(6, string, ""),
  imageID: req(7, string, ""),
  containerID: opt(8, string, ""),
  started: opt(9, bool, "", { keepZero: true }),
  allocatedResources: opt(10, map(quantity), ""),
  resources: opt(
    11,
    ref<ResourceRequirements>(() => ResourceRequirements),
    "",
    { gate: "InPlacePodVerticalScaling" },
  ),
  volumeMounts: opt(
    12,
    list(
      ref<VolumeMountStatus>(() => VolumeMountStatus),
      { keys: ["mountPath"] },
    ),
    "",
    { patch: "merge", patchKey: "mountPath" },
  ),
  user: opt(
    13,
    ref<ContainerUser>(() => ContainerUser),
    "",
    { gate: "SupplementalGroupsPolicy" },
  ),
  allocatedResourcesStatus: opt(
    14,
    list(
      ref<ResourceStatus>(() => ResourceStatus),
      { keys: ["name"] },
    ),
    "",
    { patch: "merge", patchKey: "name", gate: "ResourceHealthStatus" },
  ),
  stopSignal: opt(
    15,
    oneOf(
      "SIGABRT",
      "SIGALRM",
      "SIGBUS",
      "SIGCHLD",
      "SIGCLD",
      "SIGCONT",
      "SIGFPE",
      "SIGHUP",
      "SIGILL",
      "SIGINT",
      "SIGIO",
      "SIGIOT",
      "SIGKILL",
      "SIGPIPE",
      "SIGPOLL",
      "SIGPROF",
      "SIGPWR",
      "SIGQUIT",
      "SIGRTMAX",
      "SIGRTMAX-1",
      "SIGRTMAX-10",
      "SIGRTMAX-11",
      "SIGRTMAX-12",
      "SIGRTMAX-13",
      "SIGRTMAX-14",
      "SIGRTMAX-2",
      "SIGRTMAX-3",
      "SIGRTMAX-4",
      "SIGRTMAX-5",
      "SIGRTMAX-6",
      "SIGRTMAX-7",
      "SIGRTMAX-8",
      "SIGRTMAX-9",
      "SIGRTMIN",
      "SIGRTMIN+1",
      "SIGRTMIN+10",
      "SIGRTMIN+11",
      "SIGRTMIN+12",
      "SIGRTMIN+13",
      "SIGRTMIN+14",
      "SIGRTMIN+15",
      "SIGRTMIN+2",
      "SIGRTMIN+3",
      "SIGRTMIN+4",
      "SIGRTMIN+5",
      "SIGRTMIN+6",
      "SIGRTMIN+7",
      "SIGRTMIN+8",
      "SIGRTMIN+9",
      "SIGSEGV",
      "SIGSTKFLT",
      "SIGSTOP",
      "SIGSYS",
      "SIGTERM",
      "SIGTRAP",
      "SIGTSTP",
      "SIGTTIN",
      "SIGTTOU",
      "SIGURG",
      "SIGUSR1",
      "SIGUSR2",
      "SIGVTALRM",
      "SIGWINCH",
      "SIGXCPU",
      "SIGXFSZ",
    ),
    "",
    { keepZero: true, gate: "ContainerStopSignals" },
  ),
});
export interface ContainerStatus extends Infer<typeof ContainerStatus> {}

export const ResourceStatus = struct("core/v1.ResourceStatus", {
  name: req(1, string, "", {
    known: [
      "cpu",
      "memory",
      "storage",
      "ephemeral-storage",
      "pods",
      "services",
      "replicationcontrollers",
      "resourcequotas",
      "secrets",
      "configmaps",
      "persistentvolumeclaims",
      "services.nodeports",
      "services.loadbalancers",
      "requests.cpu",
      "requests.memory",
      "requests.storage",
      "requests.ephemeral-storage",
      "limits.cpu",
      "limits.memory",
      "limits.ephemeral-storage",
    ],
  }),
  resources: opt(
    2,
    list(
      ref<ResourceHealth>(() => ResourceHealth),
      { keys: ["resourceID"] },
    ),
    "",
  ),
});
export interface ResourceStatus extends Infer<typeof ResourceStatus> {}

export const ResourceHealth = struct("core/v1.ResourceHealth", {
  resourceID: req(1, string, ""),
  health: opt(2, string, "", { known: ["Healthy", "Unhealthy", "Unknown"] }),
  message: opt(6, string, "", { keepZero: true, gate: "ResourceHealthStatusMessage" }),
});
export interface ResourceHealth extends Infer<typeof ResourceHealth> {}

export const ContainerUser = struct("core/v1.ContainerUser", {
  linux: opt(
    1,
    ref<LinuxContainerUser>(() => LinuxContainerUser),
    "",
  ),
});
export interface ContainerUser extends Infer<typeof ContainerUser> {}

export const LinuxContainerUser = struct("core/v1.LinuxContainerUser", {
  uid: req(1, int64, ""),
  gid: req(2, int64, ""),
  supplementalGroups: opt(3, list(int64), ""),
});
export interface LinuxContainerUser extends Infer<typeof LinuxContainerUser> {}

export const VolumeMountStatus = struct("core/v1.VolumeMountStatus", {
  name: req(1, string, ""),
  mountPath: req(2, string, ""),
  readOnly: opt(3, bool, ""),
  recursiveReadOnly: opt(4, string, "", { keepZero: true, known: ["Disabled", "IfPossible", "Enabled"] }),
  volumeStatus: opt(
    5,
    ref<VolumeStatus>(() => VolumeStatus),
    "",
  ),
});
export interface VolumeMountStatus extends Infer<typeof VolumeMountStatus> {}

export const VolumeStatus = struct("core/v1.VolumeStatus", {
  image: opt(
    1,
    ref<ImageVolumeStatus>(() => ImageVolumeStatus),
    "",
    { gate: "ImageVolumeWithDigest" },
  ),
});
export interface VolumeStatus extends Infer<typeof VolumeStatus> {}

export const ImageVolumeStatus = struct("core/v1.ImageVolumeStatus", {
  imageRef: req(1, string, "", { maxLength: 256 }),
});
export interface ImageVolumeStatus extends Infer<typeof ImageVolumeStatus> {}

export const ContainerState = struct("core/v1.ContainerState", {
  waiting: opt(
    1,
    ref<ContainerStateWaiting>(() => ContainerStateWaiting),
    "",
  ),
  running: opt(
    2,
    ref<ContainerStateRunning>(() => ContainerStateRunning),
    "",
  ),
  terminated: opt(
    3,
    ref<ContainerStateTerminated>(() => ContainerStateTerminated),
    "",
  ),
});
export interface ContainerState extends Infer<typeof ContainerState> {}

export const ContainerStateTerminated = struct("core/v1.ContainerStateTerminated", {
  exitCode: req(1, int32, ""),
  signal: opt(2, int32, ""),
  reason: opt(3, string, ""),
  message: opt(4, string, ""),
  startedAt: opt(5, time, "", { emitEmpty: true }),
  finishedAt: opt(6, time, "", { emitEmpty: true }),
  containerID: opt(7, string, ""),
});
export interface ContainerStateTerminated extends Infer<typeof ContainerStateTerminated> {}

export const ContainerStateRunning = struct("core/v1.ContainerStateRunning", {
  startedAt: opt(1, time, "", { emitEmpty: true }),
});
export interface ContainerStateRunning extends Infer<typeof ContainerStateRunning> {}

export const ContainerStateWaiting = struct("core/v1.ContainerStateWaiting", {
  reason: opt(1, string, ""),
  message: opt(2, string, ""),
});
export interface ContainerStateWaiting extends Infer<typeof ContainerStateWaiting> {}
