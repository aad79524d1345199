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
}

export function csiPaths(kubeletDir: string, pods: PodPaths): CsiPaths {
  const staged = join(kubeletDir, "plugins", "kubernetes.io", "csi");
  return {
    staged,
    stagedVolume: (driver, volumeHandle) => join(staged, driver, sha256Hex(volumeHandle)),
    podVolumes: (uid) => join(pods.pod(uid), "volumes", "kubernetes.io~csi"),
    podVolume: (uid, name) => pods.volume(uid, "csi", name),
  };
}
