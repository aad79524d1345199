/**
 * Codes of this package's operating failures. Those about a pod become events and reasons of its containers; those about the
 * machine end the command that needed it.
 *
 * - `CommandMissing`, `CommandFailed`: a program of the machine is not installed, or ended with a failure.
 * - `ContainerdFailed`: containerd could not be started or stopped.
 * - `RuntimeUnavailable`, `RuntimeCallUnknown`, `RuntimeCallFailed`: the runtime does not answer, lacks a method, or refused a call.
 * - `ExecTimeout`: a command in a container took longer than it was given.
 * - `InvalidImageName`, `ImageArchiveInvalid`, `ImageImportFailed`: a name is no image name; a file is no image; the runtime did not
 *   take an image.
 * - `VolumeMissing`, `VolumeSourceMissing`, `VolumeUnsupported`: a mount names no volume; what a volume shows is not there; this kubelet
 *   cannot mount its kind.
 * - `ClaimNotReady`: a claim of a pod, or its volume, is not there yet or not for this pod or node.
 * - `CsiDriverMissing`, `CsiDriverRefused`, `CsiVolumeFailed`: no CSI driver of that name is registered; what one says of itself cannot
 *   be; it could not mount a volume, or the volume was not attached in time.
 * - `VolumeMapFailed`: a block volume could not be made a device for a pod.
 * - `DeviceDriverMissing`, `DevicesNotPrepared`, `DeviceCheckpointInvalid`: no DRA driver of that name is registered; the devices of a
 *   claim could not be prepared or given back; the file that tells which are prepared is damaged.
 * - `PodDirectoriesFailed`, `PodCgroupFailed`: the directories or the cgroup of a pod could not be made.
 * - `SubPathRefused`: a subPath leads out of its volume, or cannot be resolved.
 * - `LogRefused`: something else is in the place of a container's log.
 * - `CgroupBusy`, `CgroupWriteFailed`: a cgroup still has processes; the kernel refused a limit.
 * - `ProcessesLeft`: processes of the cluster survive SIGKILL.
 * - `UserNamespaceUnavailable`: no ids are left for a pod with users of its own, or those that it had are noted wrongly.
 * - `Simulated`: a simulated container cannot do this.
 * - `NotFound`, `NoAddress`: the simulated runtime has no such sandbox or container, or no address left.
 */
export type KubeletErrorCode =
  | "CommandMissing"
  | "CommandFailed"
  | "ContainerdFailed"
  | "RuntimeUnavailable"
  | "RuntimeCallUnknown"
  | "RuntimeCallFailed"
  | "ExecTimeout"
  | "InvalidImageName"
  | "ImageArchiveInvalid"
  | "ImageImportFailed"
  | "VolumeMissing"
  | "VolumeSourceMissing"
  | "VolumeUnsupported"
  | "ClaimNotReady"
  | "CsiDriverMissing"
  | "CsiDriverRefused"
  | "CsiVolumeFailed"
  | "VolumeMapFailed"
  | "DeviceDriverMissing"
  | "DevicesNotPrepared"
  | "DeviceCheckpointInvalid"
  | "PodDirectoriesFailed"
  | "PodCgroupFailed"
  | "SubPathRefused"
  | "LogRefused"
  | "CgroupBusy"
  | "CgroupWriteFailed"
  | "ProcessesLeft"
  | "UserNamespaceUnavailable"
  | "Simulated"
  | "NotFound"
  | "NoAddress";
