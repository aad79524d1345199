import { join } from "node:path";
import { sha256Hex } from "@skates/component-base";
import type { PodPaths } from "../pod-host/pod-paths.ts";

/** Upstream's layout of CSI volumes below the kubelet's root, on which drivers rely. */
export interface CsiPaths {
  /** Folders of drivers, each with folders of its staged volumes. */
  readonly staged: string;
  /** Folder of a staged volume; the volume itself is in its `globalmount`. */
  stagedVolume(driver: string, volumeHandle: string): string;
  /** Folders of the CSI volumes of a pod. */
  podVolumes(uid: string): string;
  /** The volume itself is in its `mount`. */
  podVolume(uid: string, name: string): string;
  /** Folders of the block volumes of this node, by their names. */
  readonly devices: string;
  /** Folder in which is noted what a block volume is. */
  deviceData(name: string): string;
  stagedDevice(name: string): string;
  /** Folder of what is published of a block volume, by the uids of its pods. */
  publishedDevices(name: string): string;
  /** Links to the devices that a pod has. */
  podDevices(uid: string): string;
}

export function csiPaths(kubeletDir: string, pods: PodPaths): CsiPaths {
  const staged = join(kubeletDir, "plugins", "kubernetes.io", "csi");
  const devices = join(staged, "volumeDevices");
  return {
    staged,
    stagedVolume: (driver, volumeHandle) => join(staged, driver, sha256Hex(volumeHandle)),
    podVolumes: (uid) => join(pods.pod(uid), "volumes", "kubernetes.io~csi"),
    podVolume: (uid, name) => pods.volume(uid, "csi", name),
    devices,
    deviceData: (name) => join(devices, name, "data"),
    stagedDevice: (name) => join(devices, "staging", name),
    publishedDevices: (name) => join(devices, "publish", name),
    podDevices: (uid) => pods.devices(uid, "csi"),
  };
}
