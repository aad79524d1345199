import type { Pod } from "@skates/api/core/v1";
import type { ContainerFiles, MountedVolume, MountedVolumes, PodHost } from "../pod-host.ts";

/** A node without files: every volume is there, nothing is ever left behind. */
export class SimulatedHost implements PodHost {
  cgroupParent(): string {
    return "";
  }

  logDirectory(): string {
    return "";
  }

  setUpPod(): Promise<void> {
    return Promise.resolve();
  }

  mountVolumes(pod: Pod): Promise<MountedVolumes> {
    const volume: MountedVolume = { hostPath: "", readOnly: false };
    return Promise.resolve({ byName: new Map((pod.spec.volumes ?? []).map((v) => [v.name, volume])) });
  }

  containerFiles(): Promise<ContainerFiles> {
    return Promise.resolve({ mounts: [], devices: [] });
  }

  linkLog(): Promise<void> {
    return Promise.resolve();
  }

  terminationMessage(): Promise<string> {
    return Promise.resolve("");
  }

  tearDownPod(): Promise<void> {
    return Promise.resolve();
  }

  removeLogs(): Promise<void> {
    return Promise.resolve();
  }

  volumesInUse(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  podUids(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  userIds(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  keepUserIds(): Promise<void> {
    return Promise.resolve();
  }
}
