import { type CsiVolumeId, uniqueVolumeName } from "@skates/api/storage/v1";
import type { CsiPaths } from "./csi-paths.ts";
import { namesIn } from "./vol-data.ts";
import { volumesOfPod, volumesOnNode } from "./volume-places.ts";

/**
 * Which pods have which persistent CSI volumes here, and which of them the cluster is told are in use. What lies on the disk is the
 * truth of it: a kubelet that starts reads it from there.
 */
export class VolumeUsers {
  readonly #users = new Map<string, { readonly volume: CsiVolumeId; readonly pods: Set<string> }>();
  readonly #inUse = new Set<string>();

  static async read(paths: CsiPaths, pods: string): Promise<VolumeUsers> {
    const users = new VolumeUsers();
    for (const uid of await namesIn(pods)) {
      for (const { data } of await volumesOfPod(paths, uid)) {
        if (data === undefined || data.lifecycle === "Ephemeral") continue;
        users.add(data, uid);
        users.#inUse.add(uniqueVolumeName(data));
      }
    }
    for (const volume of await volumesOnNode(paths)) users.#inUse.add(uniqueVolumeName(volume));
    return users;
  }

  add({ driver, volumeHandle }: CsiVolumeId, podUid: string): void {
    const name = uniqueVolumeName({ driver, volumeHandle });
    const known = this.#users.get(name) ?? { volume: { driver, volumeHandle }, pods: new Set() };
    this.#users.set(name, known);
    known.pods.add(podUid);
  }

  remove(volume: CsiVolumeId, podUid: string): void {
    const name = uniqueVolumeName(volume);
    const known = this.#users.get(name);
    known?.pods.delete(podUid);
    if (known?.pods.size === 0) this.#users.delete(name);
  }

  has(volume: CsiVolumeId): boolean {
    return this.#users.has(uniqueVolumeName(volume));
  }

  /** What a pod has, or was about to have. */
  of(podUid: string): readonly CsiVolumeId[] {
    return [...this.#users.values()].filter(({ pods }) => pods.has(podUid)).map(({ volume }) => volume);
  }

  /** Whether that is news. */
  setInUse(volume: CsiVolumeId, inUse: boolean): boolean {
    const name = uniqueVolumeName(volume);
    const before = this.#inUse.has(name);
    if (inUse) this.#inUse.add(name);
    else this.#inUse.delete(name);
    return before !== inUse;
  }

  inUse(): readonly string[] {
    return [...this.#inUse].sort();
  }
}
