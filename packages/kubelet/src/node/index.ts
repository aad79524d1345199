/**
 * The node's side of the kubelet that needs Node.js. `host/` prepares a machine: it finds out what the machine can do,
 * runs our own containerd, makes the images that a first pod needs, writes the pod network, and clears all of it away.
 */
export { type BusyboxImageSpec, buildBusyboxImage, busyboxImageSpec, findProgram } from "./host/busybox-image.ts";
export type { Capability } from "./host/capabilities.ts";
export { type CgroupHierarchy, type CgroupMounts, cgroupMounts } from "./host/cgroup-mounts.ts";
export {
  type CgroupLimits,
  type Cgroups,
  type CgroupUsage,
  CPU_PERIOD_US,
  cpuWeight,
  openCgroups,
  podCgroup,
} from "./host/cgroups.ts";
export { CNI_CONF_FILE, cniConfList, defaultRouteMtu, type PodNetwork, removeCni, writeCni } from "./host/cni.ts";
export {
  type ContainerdOptions,
  findContainerd,
  type RunningContainerd,
  startContainerd,
  stopContainerd,
  superviseContainerd,
} from "./host/containerd.ts";
export { imagePresent, runtimeVersion } from "./host/cri-call.ts";
export { type DeletedNode, deleteNodeState } from "./host/delete-node.ts";
export { detectHost, type Finding, type Host, type HostQuestion, type Program } from "./host/detect-host.ts";
export { installCommand, type PackageManager, packagesFor, type Requirement } from "./host/host-packages.ts";
export { type ImageBlob, type ImageFile, type ImageSpec, imageArchive, imageBlobs } from "./host/image-archive.ts";
export { type ImageRegistry, startImageRegistry } from "./host/image-registry.ts";
export { ensurePauseImage, type ImageTarget, importImage } from "./host/import-image.ts";
export type { KernelFeatures } from "./host/kernel-probes.ts";
export { isBelow, listMounts, type Mount, unmountBelow } from "./host/mounts.ts";
export { type ContainerdPaths, type NodePaths, nodePaths, STANDARD_DATA_DIR } from "./host/node-paths.ts";
export { PAUSE_IMAGE } from "./host/pause-image.ts";
export { allowPodForwarding, removePodForwarding } from "./host/pod-forwarding.ts";
export { type MasqueradeRanges, podTable, removeTables, writePodMasquerade } from "./host/pod-masquerade.ts";
export { listProcesses, type Process, processEnded, sendSignal } from "./host/processes.ts";
export { hostRouteTable, removeNodeRoutes } from "./host/route-table.ts";
export { type CommandResult, runCommand, tryCommand } from "./host/run-command.ts";
export { localDirectories } from "./pod-host/local-directories.ts";
export { nodePodHost, type NodePodHostOptions } from "./pod-host/node-pod-host.ts";
export { type CriRuntime, type CriRuntimeOptions, criRuntime } from "./cri/cri-runtime.ts";
export { machineInfo } from "./machine/machine-info.ts";
export { nodeProbeNetwork } from "./probes/node-probe-network.ts";
export { createNodeKubelet, type NodeKubeletOptions } from "./node-kubelet.ts";
