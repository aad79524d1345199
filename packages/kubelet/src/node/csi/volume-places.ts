import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CsiVolumeId } from "@skates/api/storage/v1";
import { linkTo } from "../pod-host/link-to.ts";
import type { CsiPaths } from "./csi-paths.ts";
import {
  namesIn,
  readVolumeData,
  removeDataFolder,
  removeFolder,
  removeVolumeFolder,
  type VolumeData,
  writeVolumeData,
} from "./vol-data.ts";

/** What tells where a volume lies. */
export interface PlacedVolume extends CsiVolumeId {
  readonly name: string;
  readonly block: boolean;
}

/** Where a volume is staged for all of the node. */
export interface NodePlace {
  readonly stagingPath: string;
  /** Makes room and notes what the volume is, before its driver is called. May be called again. */
  prepare(): Promise<void>;
  /** Whether the driver may have staged it. */
  staged(): Promise<boolean>;
  /** Removes all that was noted, once the driver has unstaged it. Fails rather than to remove anything that is in a volume. */
  clear(): Promise<void>;
}

/** Where a volume is published for one pod. */
export interface PodPlace {
  /** The driver makes it. */
  readonly targetPath: string;
  /** What a pod's containers get; of a block volume a link to the device. */
  readonly path: string;
  prepare(data: Readonly<Record<string, string>>): Promise<void>;
  /** To be called once the driver has unpublished it. */
  clear(): Promise<void>;
}

const GLOBAL_MOUNT = "globalmount";
const POD_MOUNT = "mount";

export function nodePlace(paths: CsiPaths, volume: PlacedVolume): NodePlace {
  return volume.block ? deviceOnNode(paths, volume) : mountOnNode(paths, volume);
}

export function podPlace(
  paths: CsiPaths,
  { name, block }: Pick<PlacedVolume, "name" | "block">,
  uid: string,
): PodPlace {
  return block ? deviceOfPod(paths, name, uid) : mountOfPod(paths.podVolume(uid, name));
}

function mountOnNode(paths: CsiPaths, { driver: driverName, volumeHandle }: PlacedVolume): NodePlace {
  const folder = paths.stagedVolume(driverName, volumeHandle);
  const stagingPath = join(folder, GLOBAL_MOUNT);
  return {
    stagingPath,
    async prepare() {
      await mkdir(stagingPath, { recursive: true, mode: 0o750 });
      await writeVolumeData(folder, { driverName, volumeHandle });
    },
    staged: async () => (await readVolumeData(folder)) !== undefined,
    clear: () => removeVolumeFolder(folder, GLOBAL_MOUNT),
  };
}

function mountOfPod(folder: string): PodPlace {
  const targetPath = join(folder, POD_MOUNT);
  return {
    targetPath,
    path: targetPath,
    async prepare(data) {
      await mkdir(folder, { recursive: true, mode: 0o750 });
      await writeVolumeData(folder, data);
    },
    clear: () => removeVolumeFolder(folder, POD_MOUNT),
  };
}

/** What is noted stays as long as any pod has the volume: both its staging and its publishing write it. */
function deviceOnNode(paths: CsiPaths, { name, driver: driverName, volumeHandle }: PlacedVolume): NodePlace {
  const stagingPath = paths.stagedDevice(name);
  const data = paths.deviceData(name);
  return {
    stagingPath,
    async prepare() {
      await mkdir(data, { recursive: true, mode: 0o750 });
      await writeVolumeData(data, { driverName, specVolID: name, volumeHandle });
      await mkdir(stagingPath, { recursive: true, mode: 0o750 });
    },
    staged: async () => (await namesIn(join(paths.devices, "staging"))).includes(name),
    async clear() {
      await removeFolder(stagingPath);
      await removeFolder(paths.publishedDevices(name));
      await removeDataFolder(data);
      await removeFolder(join(paths.devices, name));
    },
  };
}

/** The link is made before the driver is called: it is what tells that the pod has the volume. */
function deviceOfPod(paths: CsiPaths, name: string, uid: string): PodPlace {
  const targetPath = join(paths.publishedDevices(name), uid);
  const path = join(paths.podDevices(uid), name);
  return {
    targetPath,
    path,
    async prepare(noted) {
      const data = paths.deviceData(name);
      for (const folder of [data, paths.publishedDevices(name), paths.podDevices(uid)])
        await mkdir(folder, { recursive: true, mode: 0o750 });
      await writeVolumeData(data, noted);
      await linkTo(targetPath, path);
    },
    async clear() {
      // The driver has removed it; if not, it goes, but never what is mounted there.
      await rm(targetPath, { force: true });
      await rm(path, { force: true });
    },
  };
}

/** A volume that a pod has, or is about to have. */
export interface PodVolumeOnDisk {
  readonly name: string;
  readonly block: boolean;
  /** undefined: nothing was asked of a driver, for it is written before. */
  readonly data: VolumeData | undefined;
}

/** The CSI volumes of a pod, as the disk tells. */
export async function volumesOfPod(paths: CsiPaths, uid: string): Promise<readonly PodVolumeOnDisk[]> {
  const found: PodVolumeOnDisk[] = [];
  for (const name of await namesIn(paths.podVolumes(uid)))
    found.push({ name, block: false, data: await readVolumeData(paths.podVolume(uid, name)) });
  for (const name of await namesIn(paths.podDevices(uid)))
    found.push({ name, block: true, data: await readVolumeData(paths.deviceData(name)) });
  return found;
}

/** What is noted of a volume on the node, as a file system or as a device, whatever name it had. */
export async function placesOf(paths: CsiPaths, id: CsiVolumeId): Promise<readonly NodePlace[]> {
  const { driver, volumeHandle } = id;
  const mounted = await readVolumeData(paths.stagedVolume(driver, volumeHandle));
  const volumes: PlacedVolume[] = mounted === undefined ? [] : [{ driver, volumeHandle, name: "", block: false }];
  for (const volume of await blockVolumes(paths)) {
    if (volume.driver === driver && volume.volumeHandle === volumeHandle) volumes.push(volume);
  }
  return volumes.map((volume) => nodePlace(paths, volume));
}

/** The volumes that are noted on the node; `driver`: only those of this one. */
export async function volumesOnNode(paths: CsiPaths, driver?: string): Promise<readonly CsiVolumeId[]> {
  const found: CsiVolumeId[] = [];
  for (const folder of driver === undefined ? await namesIn(paths.staged) : [driver]) {
    for (const hash of await namesIn(join(paths.staged, folder))) {
      const data = await readVolumeData(join(paths.staged, folder, hash));
      if (data !== undefined) found.push(data);
    }
  }
  const blocks = await blockVolumes(paths);
  return [...found, ...blocks.filter((volume) => driver === undefined || volume.driver === driver)];
}

async function blockVolumes(paths: CsiPaths): Promise<readonly PlacedVolume[]> {
  const found: PlacedVolume[] = [];
  for (const name of await namesIn(paths.devices)) {
    const data = await readVolumeData(paths.deviceData(name));
    if (data !== undefined) found.push({ driver: data.driver, volumeHandle: data.volumeHandle, name, block: true });
  }
  return found;
}
