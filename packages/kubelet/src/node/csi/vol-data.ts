import { readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CsiVolumeId } from "@skates/api/storage/v1";
import { hasCode } from "@skates/component-base";

/** What is written beside a mounted volume: enough to unmount it by. */
export interface VolumeData extends CsiVolumeId {
  readonly lifecycle: "Persistent" | "Ephemeral";
}

const FILE = "vol_data.json";

/** Written under upstream's names, and in one piece, so that a kubelet that ends in between leaves none or all of it. */
export async function writeVolumeData(folder: string, data: Readonly<Record<string, string>>): Promise<void> {
  const draft = join(folder, `${FILE}.new`);
  await writeFile(draft, JSON.stringify(data), { mode: 0o600 });
  await rename(draft, join(folder, FILE));
}

/** undefined: there is none, or it says nothing. */
export async function readVolumeData(folder: string): Promise<VolumeData | undefined> {
  try {
    const found: unknown = JSON.parse(await readFile(join(folder, FILE), "utf8"));
    if (typeof found !== "object" || found === null) return undefined;
    const { driverName, volumeHandle, volumeLifecycleMode: mode }: Readonly<Record<string, unknown>> = { ...found };
    if (typeof driverName !== "string" || typeof volumeHandle !== "string") return undefined;
    return { driver: driverName, volumeHandle, lifecycle: mode === "Ephemeral" ? "Ephemeral" : "Persistent" };
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR") || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Removes an empty mount point, the data beside it, and their folder. Fails rather than to remove anything that is in a volume. */
export async function removeVolumeFolder(folder: string, mountPoint: string): Promise<void> {
  await removeFolder(join(folder, mountPoint));
  await removeDataFolder(folder);
}

/** Removes a folder in which is nothing but a volume's data. */
export async function removeDataFolder(folder: string): Promise<void> {
  for (const name of [`${FILE}.new`, FILE]) await rm(join(folder, name), { force: true });
  await removeFolder(folder);
}

/** Removes an empty folder, if it is there. */
export async function removeFolder(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

/** Names in a folder; none when it is not there. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return [];
    throw error;
  }
}
