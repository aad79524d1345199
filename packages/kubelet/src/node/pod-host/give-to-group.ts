import { chmod, lchown, lstat, opendir } from "node:fs/promises";
import { join } from "node:path";

export interface GroupGift {
  readonly gid: number;
  /** Nothing is done where the directory itself is the group's already. */
  readonly onlyIfRootDiffers: boolean;
}

const READ_WRITE = 0o660;
const DIRECTORY = 0o2110;

/**
 * Gives a directory and all in it to a group, which may then read and write: as upstream does for volumes of pods with `fsGroup`. Links
 * are given themselves, and not followed.
 */
export async function giveToGroup(path: string, gift: GroupGift): Promise<void> {
  const { gid, mode } = await lstat(path);
  const wanted = READ_WRITE | DIRECTORY;
  if (gift.onlyIfRootDiffers && gid === gift.gid && (mode & wanted) === wanted) return;
  await giveTree(path, gift.gid);
}

/** What is inside comes first: a directory that is the group's has been gone through. */
async function giveTree(path: string, gid: number): Promise<void> {
  const stats = await lstat(path);
  if (stats.isDirectory()) for await (const { name } of await opendir(path)) await giveTree(join(path, name), gid);
  if (stats.gid !== gid) await lchown(path, stats.uid, gid);
  if (stats.isSymbolicLink()) return;
  const mode = (stats.mode | READ_WRITE | (stats.isDirectory() ? DIRECTORY : 0)) & 0o7777;
  if (mode !== (stats.mode & 0o7777)) await chmod(path, mode);
}
