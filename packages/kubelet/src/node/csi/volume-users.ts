import { join } from "node:path";
import { type CsiVolumeId, uniqueVolumeName } from "@skates/api/storage/v1";
import type { CsiPaths } from "./csi-paths.ts";
import { namesIn, readVolumeData, type VolumeData } from "./vol-data.ts";

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
      for (const name of await namesIn(paths.podVolumes(uid))) {
        const data = await readVolumeData(paths.podVolume(uid, name));
        if (data === undefined || data.lifecycle === "Ephemeral") continue;
        users.add(data, uid);
        users.#inUse.add(uniqueVolumeName(data));
      }
    }
    for (const driver of await namesIn(paths.staged)) {
      for (const data of await stagedVolumes(paths, driver)) users.#inUse.add(uniqueVolumeName(data));
    }
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

/** The volumes of a driver that are staged here. */
export async function stagedVolumes({ staged }: CsiPaths, driver: string): Promise<readonly VolumeData[]> {
  const found: VolumeData[] = [];
  for (const hash of await namesIn(join(staged, driver))) {
    const data = await readVolumeData(join(staged, driver, hash));
    if (data !== undefined) found.push(data);
  }
  return found;
}
