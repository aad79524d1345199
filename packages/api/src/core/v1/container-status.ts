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

export const ContainerStatus = struct(
  "core/v1.ContainerStatus",
  {
    name: req(1, string, "Name of the container."),
    state: opt(
      2,
      ref<ContainerState>(() => ContainerState),
      "What it is doing now.",
      { emitEmpty: true },
    ),
    lastState: opt(
      3,
      ref<ContainerState>(() => ContainerState),
      "How its last run ended.",
      { emitEmpty: true },
    ),
    ready: req(4, bool, "Whether it can serve; false before startup has succeeded."),
    restartCount: req(5, int32, "How often it was restarted."),
    image: req(6, string, "Image that runs; its name may differ from the one asked for."),
    imageID: req(7, string, "Exact image by its digest."),
    containerID: opt(8, string, "Id that the runtime gave it, as type://id."),
    started: opt(9, bool, "Whether its startup probe has succeeded and its start hook has ended.", { keepZero: true }),
    allocatedResources: opt(10, map(quantity), "Resources that the node has set aside for it."),
    resources: opt(
      11,
      ref<ResourceRequirements>(() => ResourceRequirements),
      "Resources that it runs with.",
      { gate: "InPlacePodVerticalScaling" },
    ),
    volumeMounts: opt(
      12,
      list(
        ref<VolumeMountStatus>(() => VolumeMountStatus),
        { keys: ["mountPath"] },
      ),
      "State of its mounts.",
      { patch: "merge", patchKey: "mountPath" },
    ),
    user: opt(
      13,
      ref<ContainerUser>(() => ContainerUser),
      "User that its first process started as.",
      { gate: "SupplementalGroupsPolicy" },
    ),
    allocatedResourcesStatus: opt(
      14,
      list(
        ref<ResourceStatus>(() => ResourceStatus),
        { keys: ["name"] },
      ),
      "Health of the devices it was given.",
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
      "Signal that it is stopped with.",
      { keepZero: true, gate: "ContainerStopSignals" },
    ),
  },
  { doc: "What was last seen of a container." },
);
export interface ContainerStatus extends Infer<typeof ContainerStatus> {}

export const ResourceStatus = struct(
  "core/v1.ResourceStatus",
  {
    name: req(1, string, "The resource, or the claim it came from.", {
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
      "Health of each unit.",
    ),
  },
  { doc: "Health of the units of one resource that a container has." },
);
export interface ResourceStatus extends Infer<typeof ResourceStatus> {}

export const ResourceHealth = struct(
  "core/v1.ResourceHealth",
  {
    resourceID: req(1, string, "The device, as its driver names it."),
    health: opt(2, string, "Healthy, Unhealthy or Unknown.", { known: ["Healthy", "Unhealthy", "Unknown"] }),
    message: opt(6, string, "What the driver says of it.", { keepZero: true, gate: "ResourceHealthStatusMessage" }),
  },
  { doc: "Health of one device." },
);
export interface ResourceHealth extends Infer<typeof ResourceHealth> {}

export const ContainerUser = struct(
  "core/v1.ContainerUser",
  {
    linux: opt(
      1,
      ref<LinuxContainerUser>(() => LinuxContainerUser),
      "On Linux: user and groups.",
    ),
  },
  { doc: "Identity that a container runs with." },
);
export interface ContainerUser extends Infer<typeof ContainerUser> {}

export const LinuxContainerUser = struct(
  "core/v1.LinuxContainerUser",
  {
    uid: req(1, int64, "The user's number."),
    gid: req(2, int64, "The first group's number."),
    supplementalGroups: opt(3, list(int64), "Numbers of further groups."),
  },
  { doc: "User and groups of a first process on Linux." },
);
export interface LinuxContainerUser extends Infer<typeof LinuxContainerUser> {}

export const VolumeMountStatus = struct(
  "core/v1.VolumeMountStatus",
  {
    name: req(1, string, "Name of the volume."),
    mountPath: req(2, string, "Where it is mounted."),
    readOnly: opt(3, bool, "Whether it is mounted for reading only."),
    recursiveReadOnly: opt(4, string, "Whether mounts below it are for reading only too.", {
      keepZero: true,
      known: ["Disabled", "IfPossible", "Enabled"],
    }),
    volumeStatus: opt(
      5,
      ref<VolumeStatus>(() => VolumeStatus),
      "What is known of the volume behind it.",
    ),
  },
  { doc: "State of a mount in a container." },
);
export interface VolumeMountStatus extends Infer<typeof VolumeMountStatus> {}

export const VolumeStatus = struct(
  "core/v1.VolumeStatus",
  {
    image: opt(
      1,
      ref<ImageVolumeStatus>(() => ImageVolumeStatus),
      "For image volumes: what was mounted.",
      { gate: "ImageVolumeWithDigest" },
    ),
  },
  { doc: "What is known of a mounted volume." },
);
export interface VolumeStatus extends Infer<typeof VolumeStatus> {}

export const ImageVolumeStatus = struct(
  "core/v1.ImageVolumeStatus",
  {
    imageRef: req(1, string, "The image by its digest.", { maxLength: 256 }),
  },
  { doc: "What an image volume holds." },
);
export interface ImageVolumeStatus extends Infer<typeof ImageVolumeStatus> {}

export const ContainerState = struct(
  "core/v1.ContainerState",
  {
    waiting: opt(
      1,
      ref<ContainerStateWaiting>(() => ContainerStateWaiting),
      "Details of a container that is not yet running.",
    ),
    running: opt(
      2,
      ref<ContainerStateRunning>(() => ContainerStateRunning),
      "Details of a running container.",
    ),
    terminated: opt(
      3,
      ref<ContainerStateTerminated>(() => ContainerStateTerminated),
      "Details of a container that has ended.",
    ),
  },
  { doc: "What a container is doing; waiting when nothing is set." },
);
export interface ContainerState extends Infer<typeof ContainerState> {}

export const ContainerStateTerminated = struct(
  "core/v1.ContainerStateTerminated",
  {
    exitCode: req(1, int32, "Code that the first process ended with."),
    signal: opt(2, int32, "Signal that ended it."),
    reason: opt(3, string, "One word on why it ended."),
    message: opt(4, string, "What it left behind in its termination log."),
    startedAt: opt(5, time, "When this run began.", { emitEmpty: true }),
    finishedAt: opt(6, time, "When it ended.", { emitEmpty: true }),
    containerID: opt(7, string, "Id of this run, as type://id."),
  },
  { doc: "How a container ended." },
);
export interface ContainerStateTerminated extends Infer<typeof ContainerStateTerminated> {}

export const ContainerStateRunning = struct(
  "core/v1.ContainerStateRunning",
  {
    startedAt: opt(1, time, "When it last started.", { emitEmpty: true }),
  },
  { doc: "A running container." },
);
export interface ContainerStateRunning extends Infer<typeof ContainerStateRunning> {}

export const ContainerStateWaiting = struct(
  "core/v1.ContainerStateWaiting",
  {
    reason: opt(1, string, "One word on what it waits for."),
    message: opt(2, string, "A sentence on what it waits for."),
  },
  { doc: "A container that waits to be started." },
);
export interface ContainerStateWaiting extends Infer<typeof ContainerStateWaiting> {}
