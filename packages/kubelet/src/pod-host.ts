import type { Pod } from "@skates/api/core/v1";
import type { AnyContainer } from "./pod/containers.ts";
import type { UserIdNotes } from "./pod/user-namespaces.ts";
import type { ContainerDevice, ContainerMount, RuntimeContainer } from "./runtime.ts";

/** A volume of a pod, ready to be mounted into containers. */
export interface MountedVolume {
  readonly hostPath: string;
  /** The volume itself allows no writing. */
  readonly readOnly: boolean;
  /** It is a block device, for `volumeDevices`; absent: a directory or file, for `volumeMounts`. */
  readonly device?: true | undefined;
}

export interface MountedVolumes {
  /** By the volume's name. */
  readonly byName: ReadonlyMap<string, MountedVolume>;
  /** When contents (tokens) are to be renewed; absent: never by themselves. */
  readonly renewAtMs?: number | undefined;
}

export interface ContainerFilesRequest {
  readonly pod: Pod;
  readonly container: AnyContainer;
  readonly volumes: ReadonlyMap<string, MountedVolume>;
  readonly podIps: readonly string[];
  readonly restartCount: number;
  /** Whether the runtime can make mounts read-only with all that is below them. */
  readonly recursiveReadOnly: boolean;
  /** For subPathExpr. */
  readonly env: readonly (readonly [name: string, value: string])[];
}

export interface ContainerFiles {
  readonly mounts: readonly ContainerMount[];
  readonly devices: readonly ContainerDevice[];
}

/**
 * What a pod has on its node besides sandbox and containers: directories, volumes, hosts file, log links, its cgroup. On a real
 * machine under `node/`, made up under `simulated/`. Throws OperatingErrors whose messages are shown to the user.
 */
export interface PodHost extends UserIdNotes {
  /** Where the pod's processes are limited as a whole; made by `setUpPod`. */
  cgroupParent(pod: Pod): string;
  logDirectory(pod: Pod): string;
  /** Makes directories and the cgroup. May be called again. */
  setUpPod(pod: Pod, signal: AbortSignal): Promise<void>;
  /** Sets up all volumes. May be called again: brings contents up to date. */
  mountVolumes(pod: Pod, signal: AbortSignal): Promise<MountedVolumes>;
  /** Volume mounts with sub paths, hosts file, termination log. */
  containerFiles(request: ContainerFilesRequest, signal: AbortSignal): Promise<ContainerFiles>;
  /** After each start: the link in the directory that log collectors read. */
  linkLog(pod: Pod, container: RuntimeContainer): Promise<void>;
  /** What the ended container left as its last words, at most 4096 bytes; empty if nothing. */
  terminationMessage(container: RuntimeContainer): Promise<string>;
  /** Unmounts volumes and removes directories and the cgroup; what it cannot remove makes it throw. May be called again. */
  tearDownPod(uid: string, signal: AbortSignal): Promise<void>;
  removeLogs(pod: { readonly namespace: string; readonly name: string; readonly uid: string }): Promise<void>;
  /** Names of volumes that must not be detached from the node: they are mounted, or about to be. */
  volumesInUse(): Promise<readonly string[]>;
  /** Pods that have something here. */
  podUids(): Promise<readonly string[]>;
}
