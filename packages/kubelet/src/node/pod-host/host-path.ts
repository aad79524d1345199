import { type Stats } from "node:fs";
import { mkdir, open, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { HostPathVolumeSource } from "@skates/api/core/v1";
import { hasCode, OperatingError } from "@skates/component-base";

/** Checks that a path of the host is what the volume says, or makes it where it says so. */
export async function prepareHostPath({ path, type = "" }: HostPathVolumeSource): Promise<void> {
  switch (type) {
    case "":
      return;
    case "DirectoryOrCreate":
      if ((await statOf(path)) === undefined) await mkdir(path, { recursive: true, mode: 0o755 });
      return check(path, "directory", (s) => s.isDirectory());
    case "FileOrCreate":
      // The folder around it must be there, as upstream has it.
      if ((await statOf(path)) === undefined) await createFile(path);
      return check(path, "file", (s) => s.isFile());
    case "Directory":
      return check(path, "directory", (s) => s.isDirectory());
    case "File":
      return check(path, "file", (s) => s.isFile());
    case "Socket":
      return check(path, "socket file", (s) => s.isSocket());
    case "CharDevice":
      return check(path, "character device", (s) => s.isCharacterDevice());
    case "BlockDevice":
      return check(path, "block device", (s) => s.isBlockDevice());
    default:
      throw wrong(`hostPath type ${JSON.stringify(type)} is not supported`);
  }
}

async function check(path: string, what: string, test: (stats: Stats) => boolean): Promise<void> {
  const stats = await statOf(path);
  if (stats === undefined || !test(stats)) throw wrong(`hostPath type check failed: ${path} is not a ${what}`);
}

async function createFile(path: string): Promise<void> {
  if ((await statOf(dirname(path))) === undefined)
    throw wrong(`hostPath ${path} cannot be made: ${dirname(path)} does not exist`);
  await (await open(path, "a", 0o644)).close();
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR")) return undefined;
    throw error;
  }
}

function wrong(message: string): OperatingError {
  return new OperatingError("VolumeUnsupported", message);
}
