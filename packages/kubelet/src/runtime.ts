/**
 * What the kubelet needs of a container runtime. Implemented on CRI under `node/cri/` and acted out under `simulated/`.
 * Ids are opaque. Times are milliseconds since the epoch; 0 means: not yet. Failures are OperatingErrors with the runtime's own text.
 */
export interface Runtime {
  /** Name and version as Node.status.nodeInfo shows them: `containerd://1.6.20`. */
  version(signal: AbortSignal): Promise<string>;
  /** Whether containers and their network can be run now. */
  health(signal: AbortSignal): Promise<RuntimeHealth>;

  runSandbox(spec: SandboxSpec, signal: AbortSignal): Promise<string>;
  /** Stops what runs in it and takes its network down; may be called again. */
  stopSandbox(id: string, signal: AbortSignal): Promise<void>;
  /** Removes it with all its containers; may be called again. */
  removeSandbox(id: string, signal: AbortSignal): Promise<void>;
  /** undefined: no such sandbox. */
  sandbox(id: string, signal: AbortSignal): Promise<Sandbox | undefined>;

  createContainer(request: CreateContainer, signal: AbortSignal): Promise<string>;
  startContainer(id: string, signal: AbortSignal): Promise<void>;
  /** Sends the stop signal, and SIGKILL after the grace; resolves once it is stopped; may be called again. */
  stopContainer(id: string, graceSeconds: number, signal: AbortSignal): Promise<void>;
  removeContainer(id: string, signal: AbortSignal): Promise<void>;
  /** undefined: no such container. */
  container(id: string, signal: AbortSignal): Promise<RuntimeContainer | undefined>;
  /** Changes the limits of a running container. */
  updateResources(id: string, resources: ContainerResources, signal: AbortSignal): Promise<void>;
  reopenLog(id: string, signal: AbortSignal): Promise<void>;

  /**
   * Everything that the kubelet made, or made for one pod, with labels, states and ids, but perhaps without addresses, exit codes
   * and times.
   */
  list(filter: { readonly podUid?: string | undefined }, signal: AbortSignal): Promise<RuntimeList>;
  /** What happens to containers, as it happens. Ends when the runtime is lost: list again, then subscribe again. */
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent>;

  /** undefined: not present. `image` is a name as in a pod. */
  image(image: string, signal: AbortSignal): Promise<Image | undefined>;
  pullImage(image: string, auth: RegistryAuth | undefined, signal: AbortSignal): Promise<string>;
  images(signal: AbortSignal): Promise<readonly Image[]>;
  removeImage(id: string, signal: AbortSignal): Promise<void>;
  imageFileSystem(signal: AbortSignal): Promise<FileSystemUsage | undefined>;

  /** Runs a command; throws OperatingError `ExecTimeout` when it takes longer. */
  execSync(call: ExecSync, signal: AbortSignal): Promise<ExecResult>;
  /** Addresses of the runtime's streaming server. */
  execUrl(call: ExecStream, signal: AbortSignal): Promise<string>;
  attachUrl(call: AttachStream, signal: AbortSignal): Promise<string>;
  portForwardUrl(sandboxId: string, signal: AbortSignal): Promise<string>;

  containerStats(signal: AbortSignal): Promise<readonly ContainerUsage[]>;
}

export interface RuntimeHealth {
  readonly runtimeReady: boolean;
  readonly networkReady: boolean;
  /** Why not, for people. */
  readonly message: string;
  readonly features: RuntimeFeatures;
}

/** What a runtime says it keeps. What it does not know of, it would leave out without a word. */
export interface RuntimeFeatures {
  readonly supplementalGroupsPolicy: boolean;
  /** By the name of the handler, empty for the default one. */
  readonly handlers: ReadonlyMap<string, HandlerFeatures>;
}

export interface HandlerFeatures {
  readonly recursiveReadOnlyMounts: boolean;
  readonly userNamespaces: boolean;
}

/** Of runtimes that report no features, as those before containerd 2.0. */
export const NO_FEATURES: RuntimeFeatures = { supplementalGroupsPolicy: false, handlers: new Map() };

export interface SandboxSpec {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly attempt: number;
  readonly hostname: string;
  /** Absent: the container's logs are not kept. */
  readonly logDirectory: string;
  /** Absent: the host's. */
  readonly dns?: DnsConfig | undefined;
  readonly portMappings: readonly PortMapping[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly cgroupParent: string;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly namespaces: Namespaces;
  readonly runAsUser?: number | undefined;
  readonly runAsGroup?: number | undefined;
  readonly supplementalGroups: readonly number[];
  readonly privileged: boolean;
  readonly seccomp: SecurityProfile;
  readonly seLinux?: SeLinux | undefined;
  readonly runtimeHandler: string;
}

export interface DnsConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface PortMapping {
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIp: string;
}

/** So many ids from the first one. */
export interface IdRange {
  readonly first: number;
  readonly length: number;
}

/** Whose namespaces are used. */
export interface Namespaces {
  readonly network: "pod" | "node";
  readonly pid: "container" | "pod" | "node" | "target";
  readonly ipc: "pod" | "node";
  /** Ids of the node that stand for the pod's users and groups from 0; absent: its users are the node's. */
  readonly users?: IdRange | undefined;
  /** For pid `target`: the container whose processes are seen. */
  readonly targetId?: string | undefined;
}

/** `name`: the file of a seccomp profile, or the name of a loaded AppArmor profile. */
export type SecurityProfile =
  | { readonly type: "RuntimeDefault" | "Unconfined" }
  | { readonly type: "Localhost"; readonly name: string };

export interface SeLinux {
  readonly user: string;
  readonly role: string;
  readonly type: string;
  readonly level: string;
}

export interface Sandbox {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly attempt: number;
  readonly ready: boolean;
  readonly createdAtMs: number;
  /** Empty for pods in the host's network. */
  readonly ips: readonly string[];
  readonly hostNetwork: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface CreateContainer {
  readonly sandboxId: string;
  readonly sandbox: SandboxSpec;
  readonly spec: ContainerSpec;
}

export interface ContainerSpec {
  readonly name: string;
  readonly attempt: number;
  /** Image id, or a name that the runtime resolves. */
  readonly image: string;
  /** The name that the user wrote. */
  readonly userImage: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir: string;
  readonly env: readonly (readonly [name: string, value: string])[];
  readonly mounts: readonly ContainerMount[];
  readonly devices: readonly ContainerDevice[];
  /** Names of devices by the container device interface (CDI). */
  readonly cdiDevices: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Relative to the sandbox's log directory. */
  readonly logPath: string;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly resources: ContainerResources;
  readonly security: ContainerSecurity;
}

export interface ContainerMount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readOnly: boolean;
  readonly recursiveReadOnly?: boolean | undefined;
  readonly propagation: "private" | "hostToContainer" | "bidirectional";
}

export interface ContainerDevice {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly permissions: string;
}

/** 0: no limit. */
export interface ContainerResources {
  readonly cpuPeriodUs: number;
  readonly cpuQuotaUs: number;
  readonly cpuShares: number;
  readonly memoryLimitBytes: number;
  readonly oomScoreAdj: number;
}

export interface ContainerSecurity {
  readonly privileged: boolean;
  readonly namespaces: Namespaces;
  readonly addCapabilities: readonly string[];
  readonly dropCapabilities: readonly string[];
  readonly runAsUser?: number | undefined;
  readonly runAsGroup?: number | undefined;
  readonly supplementalGroups: readonly number[];
  readonly strictSupplementalGroups: boolean;
  /** The name of the image's user, where that is no number and nothing else is asked for. */
  readonly runAsUsername: string;
  readonly readOnlyRootFilesystem: boolean;
  readonly noNewPrivileges: boolean;
  /** Empty for `procMount: Unmasked`; of privileged containers the runtime leaves them out. */
  readonly maskedPaths: readonly string[];
  readonly readOnlyPaths: readonly string[];
  readonly seccomp: SecurityProfile;
  readonly appArmor?: SecurityProfile | undefined;
  readonly seLinux?: SeLinux | undefined;
}

export type RuntimeContainerState = "created" | "running" | "exited" | "unknown";

export interface RuntimeContainer {
  readonly id: string;
  readonly sandboxId: string;
  readonly name: string;
  readonly attempt: number;
  readonly state: RuntimeContainerState;
  readonly createdAtMs: number;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly exitCode: number;
  /** `Completed`, `Error`, `OOMKilled`, `ContainerCannotRun`, `StartError`, … or empty. */
  readonly reason: string;
  readonly message: string;
  /** The image's name and its id or digest. */
  readonly image: string;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Absolute, or empty. */
  readonly logPath: string;
  readonly mounts: readonly ContainerMount[];
  readonly user?: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] } | undefined;
}

export interface RuntimeList {
  readonly sandboxes: readonly Sandbox[];
  readonly containers: readonly RuntimeContainer[];
}

/** `id` is that of a container or of a sandbox, which is a container of its own to many runtimes. */
export interface RuntimeEvent {
  readonly type: "started" | "exited" | "oom" | "deleted";
  readonly id: string;
}

export interface Image {
  readonly id: string;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly sizeBytes: number;
  /** What the image says its process runs as. */
  readonly uid?: number | undefined;
  readonly username: string;
  /** Never removed by image collection. */
  readonly pinned: boolean;
}

export interface RegistryAuth {
  readonly username: string;
  readonly password: string;
  readonly serverAddress: string;
  readonly identityToken?: string | undefined;
  readonly registryToken?: string | undefined;
}

export interface FileSystemUsage {
  readonly mountPoint: string;
  readonly usedBytes: number;
  readonly inodesUsed: number;
}

export interface ExecSync {
  readonly containerId: string;
  readonly command: readonly string[];
  /** 0: no limit. */
  readonly timeoutSeconds: number;
}

export interface ExecResult {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly exitCode: number;
}

export interface ExecStream {
  readonly containerId: string;
  readonly command: readonly string[];
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

export interface AttachStream {
  readonly containerId: string;
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

export interface ContainerUsage {
  readonly containerId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly timestampMs: number;
  readonly cpuNanoseconds: number;
  readonly workingSetBytes: number;
  readonly usageBytes: number;
  readonly rssBytes: number;
  readonly pageFaults: number;
  readonly majorPageFaults: number;
  readonly writableLayerBytes: number;
  readonly writableLayerInodes: number;
}
