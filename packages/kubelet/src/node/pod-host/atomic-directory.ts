import { randomBytes } from "node:crypto";
import {
  chmod,
  lchown,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  unlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasCode } from "@skates/component-base";

/** A file of a volume; `mode` in the usual bits. */
export interface VolumeFile {
  readonly content: Uint8Array;
  readonly mode: number;
  /** Who owns it; root unless given. */
  readonly uid?: number | undefined;
}

/** Files by their path within the volume. */
export type VolumeFiles = ReadonlyMap<string, VolumeFile>;

const DATA = "..data";

/**
 * Makes a directory hold exactly these files, all changing at once for those who read them: files lie in a folder with a name of its
 * own, `..data` points to it, and the visible names point through `..data` (upstream's layout, on which programs rely).
 * `gid` gets them all, when given. Nothing is written when nothing changed.
 */
export async function writeAtomically(directory: string, files: VolumeFiles, gid: number | undefined): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const current = await readLink(join(directory, DATA));
  if (current !== undefined && (await isSame(join(directory, current), files))) return;
  const name = `..${stamp()}.${randomBytes(4).readUInt32BE(0)}`;
  await writeAll(join(directory, name), files, gid);
  const link = join(directory, `${DATA}_tmp`);
  await rm(link, { force: true });
  await symlink(name, link);
  await rename(link, join(directory, DATA));
  await showNames(directory, files);
  if (current !== undefined) await rm(join(directory, current), { recursive: true, force: true });
}

/** Upstream names the folders by the time; it only has to be new. */
function stamp(): string {
  return new Date().toISOString().slice(0, 19).replaceAll("-", "_").replace("T", "_").replaceAll(":", "_");
}

async function writeAll(folder: string, files: VolumeFiles, gid: number | undefined): Promise<void> {
  await mkdir(folder, { mode: 0o755 });
  if (gid !== undefined) await lchown(folder, 0, gid);
  for (const [path, file] of files) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    await writeFile(target, file.content, { mode: 0o600 });
    if (file.uid !== undefined || gid !== undefined) await lchown(target, file.uid ?? 0, gid ?? 0);
    // What a group is given, it can read, as upstream's ownership by fsGroup has it.
    await chmod(target, gid === undefined ? file.mode : file.mode | 0o440);
  }
}

/** Links for the first parts of all paths; those of files that are gone go. */
async function showNames(directory: string, files: VolumeFiles): Promise<void> {
  const wanted = new Set([...files.keys()].map((path) => path.split("/")[0] ?? ""));
  const there = (await readdir(directory)).filter((name) => !name.startsWith(".."));
  for (const name of there) if (!wanted.has(name)) await unlink(join(directory, name));
  for (const name of wanted) if (!there.includes(name)) await symlink(`${DATA}/${name}`, join(directory, name));
}

async function isSame(folder: string, files: VolumeFiles): Promise<boolean> {
  const there = await filesBelow(folder, "").catch(() => undefined); // a folder that is not there is not the same
  if (there === undefined || there.length !== files.size) return false;
  for (const path of there) {
    const wanted = files.get(path);
    if (wanted === undefined) return false;
    const stat = await lstat(join(folder, path));
    if (stat.size !== wanted.content.length || (stat.mode & wanted.mode) !== wanted.mode) return false;
    if (!(await readFile(join(folder, path))).equals(wanted.content)) return false;
  }
  return true;
}

async function filesBelow(folder: string, prefix: string): Promise<readonly string[]> {
  const out: string[] = [];
  for (const entry of await readdir(join(folder, prefix), { withFileTypes: true })) {
    const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) out.push(...(await filesBelow(folder, path)));
    else out.push(path);
  }
  return out;
}

async function readLink(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    return undefined;
  }
}
