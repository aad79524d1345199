import { mkdir, open, stat } from "node:fs/promises";
import { dirname, relative } from "node:path";
import { unmountBelow } from "../host/mounts.ts";
import { runCommand } from "../host/run-command.ts";
import { openBeneath, pathOf } from "./open-beneath.ts";

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
  const handle = await openBeneath(volume, relative(volume, path).split("/"));
  try {
    if ((await handle.stat()).isDirectory()) await mkdir(target, { recursive: true, mode: 0o750 });
    else {
      await mkdir(dirname(target), { recursive: true, mode: 0o750 });
      await (await open(target, "a", 0o640)).close();
    }
    await runCommand(["mount", "--no-canonicalize", "--bind", pathOf(handle), target], {}, signal);
  } finally {
    await handle.close();
  }
  await stat(target);
  return target;
}
