import { join } from "node:path";

/** Upstream's layout below the kubelet's root, on which log collectors, drivers and people rely. */
export interface PodPaths {
  readonly pods: string;
  pod(uid: string): string;
  /** `plugin`: `empty-dir`, `configmap`, `secret`, `projected`, `downward-api`. */
  volume(uid: string, plugin: string, name: string): string;
  /** Links to the block devices that the pod has from a plugin: `csi`, `local-volume`. */
  devices(uid: string, plugin: string): string;
  /** Files of one container: its termination log. */
  container(uid: string, name: string): string;
  etcHosts(uid: string): string;
  /** Where a part of a volume is mounted for one container; `index` is that of its mount. */
  subPath(uid: string, of: { readonly volume: string; readonly container: string; readonly index: number }): string;
}

export function podPaths(kubeletDir: string): PodPaths {
  const pods = join(kubeletDir, "pods");
  const pod = (uid: string): string => join(pods, uid);
  return {
    pods,
    pod,
    volume: (uid, plugin, name) => join(pod(uid), "volumes", `kubernetes.io~${plugin}`, name),
    devices: (uid, plugin) => join(pod(uid), "volumeDevices", `kubernetes.io~${plugin}`),
    container: (uid, name) => join(pod(uid), "containers", name),
    etcHosts: (uid) => join(pod(uid), "etc-hosts"),
    subPath: (uid, { volume, container, index }) => join(pod(uid), "volume-subpaths", volume, container, String(index)),
  };
}
