import { lstat, mkdir, realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import { hasCode, OperatingError } from "@skates/component-base";
import { openBeneath, pathOf } from "./open-beneath.ts";

/**
 * The real path of `subPath` inside a volume; folders that are missing are made, one level at a time. Links are followed only
 * as long as they stay inside the volume: a container that can write to the volume must not lead us elsewhere.
 */
export async function resolveSubPath(volume: string, subPath: string, mode = 0o750): Promise<string> {
  const parts = subPath.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..") || subPath.startsWith("/")) throw refused(subPath, "must be a relative path without '..'");
  const root = await realpath(volume);
  let at = root;
  for (const part of parts) {
    await makeIfMissing({ root, parent: at, part }, mode);
    at = await realpath(join(at, part)).catch((cause: unknown) => {
      throw refused(subPath, "is a link that leads nowhere", cause);
    });
    const inside = relative(root, at);
    if (inside === ".." || inside.startsWith("../") || inside.startsWith("/"))
      throw refused(subPath, "leads outside of its volume");
  }
  return at;
}

interface Step {
  readonly root: string;
  /** The real path of a folder inside the volume, when it was looked at. */
  readonly parent: string;
  readonly part: string;
}

/** Made below what was opened in the volume: by its name, the folder would be wherever a container has led that name since. */
async function makeIfMissing({ root, parent, part }: Step, mode: number): Promise<void> {
  try {
    await lstat(join(parent, part));
    return;
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
  const handle = await openBeneath(root, relative(root, parent).split("/"));
  try {
    await mkdir(join(pathOf(handle), part), { mode });
  } catch (error) {
    // Another container of the pod may be making it just now.
    if (!hasCode(error, "EEXIST")) throw error;
  } finally {
    await handle.close();
  }
}

function refused(subPath: string, why: string, cause?: unknown): OperatingError {
  const message = `failed to prepare subPath ${JSON.stringify(subPath)}: it ${why}`;
  return new OperatingError("SubPathRefused", message, cause === undefined ? undefined : { cause });
}
