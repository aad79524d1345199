import { constants } from "node:fs";
import { type FileHandle, mkdir, open, stat } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { OperatingError } from "@skates/component-base";
import { unmountBelow } from "../host/mounts.ts";
import { runCommand } from "../host/run-command.ts";

const { O_RDONLY, O_NOFOLLOW } = constants;
/** Opens a place in the file tree without access to its contents; not among Node's constants. */
const O_PATH = 0o10000000;

export interface SubPathPin {
  /** The real path of the volume. */
  readonly volume: string;
  /** The real path within it, as `resolveSubPath` gave it. */
  readonly path: string;
  /** Where it is to be seen from now on, outside the volume; made here. */
  readonly target: string;
}

/**
 * Mounts a part of a volume at a place that containers cannot change, and returns that place. A container that writes to the volume
 * could otherwise put a link where a directory was after it was looked at and before the runtime mounts it. So each step is opened
 * without following links, and what was opened is mounted, not its name.
 */
export async function pinSubPath({ volume, path, target }: SubPathPin, signal: AbortSignal): Promise<string> {
  // The run before of this container may have left another one here.
  await unmountBelow([target], signal);
  const handle = await openWithoutLinks(volume, relative(volume, path).split("/"));
  try {
    if ((await handle.stat()).isDirectory()) await mkdir(target, { recursive: true, mode: 0o750 });
    else {
      await mkdir(dirname(target), { recursive: true, mode: 0o750 });
      await (await open(target, "a", 0o640)).close();
    }
    const source = `/proc/${process.pid}/fd/${handle.fd}`;
    await runCommand(["mount", "--no-canonicalize", "--bind", source, target], {}, signal);
  } finally {
    await handle.close();
  }
  await stat(target);
  return target;
}

async function openWithoutLinks(volume: string, parts: readonly string[]): Promise<FileHandle> {
  let handle = await open(volume, O_RDONLY | O_PATH | O_NOFOLLOW);
  try {
    for (const part of parts.filter((p) => p !== "")) {
      const next = await open(`/proc/self/fd/${handle.fd}/${part}`, O_RDONLY | O_PATH | O_NOFOLLOW);
      await handle.close();
      handle = next;
      if (!(await handle.stat()).isSymbolicLink()) continue;
      const message = `failed to prepare subPath: ${JSON.stringify(part)} became a link while it was looked at`;
      throw new OperatingError("SubPathRefused", message);
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
