import { join } from "node:path";
import { uniqueVolumeName } from "@skates/api/storage/v1";
import type { CsiPaths } from "./csi-paths.ts";
import { namesIn, readVolumeData, type VolumeData } from "./vol-data.ts";

/**
 * Which pods have which persistent CSI volumes here, and which of them the cluster is told are in use. What lies on the disk is the
 * truth of it: a kubelet that starts reads it from there.
 */
export class VolumeUsers {
  readonly #users = new Map<string, Set<string>>();
  readonly #inUse = new Set<string>();

  static async read(paths: CsiPaths, pods: string): Promise<VolumeUsers> {
    const users = new VolumeUsers();
    for (const uid of await namesIn(pods)) {
      for (const name of await namesIn(paths.podVolumes(uid))) {
        const data = await readVolumeData(paths.podVolume(uid, name));
        if (data === undefined || data.lifecycle === "Ephemeral") continue;
        users.add(uniqueVolumeName(data), uid);
        users.#inUse.add(uniqueVolumeName(data));
      }
    }
    for (const driver of await namesIn(paths.staged)) {
      for (const data of await stagedVolumes(paths, driver)) users.#inUse.add(uniqueVolumeName(data));
    }
    return users;
  }

  add(volume: string, podUid: string): void {
    this.#users.set(volume, (this.#users.get(volume) ?? new Set()).add(podUid));
  }

  /** Whether anybody has it still. */
  remove(volume: string, podUid: string): boolean {
    const left = this.#users.get(volume);
    left?.delete(podUid);
    if (left?.size === 0) this.#users.delete(volume);
    return this.has(volume);
  }

  has(volume: string): boolean {
    return this.#users.has(volume);
  }

  /** Whether that is news. */
  setInUse(volume: string, inUse: boolean): boolean {
    const before = this.#inUse.has(volume);
    if (inUse) this.#inUse.add(volume);
    else this.#inUse.delete(volume);
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
