import { lstat, mkdir, realpath } from "node:fs/promises";
import { join, relative } from "node:path";
import { hasCode, OperatingError } from "@skates/component-base";

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
    const next = join(at, part);
    await makeIfMissing(next, mode);
    at = await realpath(next).catch((cause: unknown) => {
      throw refused(subPath, "is a link that leads nowhere", cause);
    });
    const inside = relative(root, at);
    if (inside === ".." || inside.startsWith("../") || inside.startsWith("/"))
      throw refused(subPath, "leads outside of its volume");
  }
  return at;
}

async function makeIfMissing(path: string, mode: number): Promise<void> {
  try {
    await lstat(path);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    // Another container of the pod may be making it just now.
    await mkdir(path, { mode }).catch((made: unknown) => {
      if (!hasCode(made, "EEXIST")) throw made;
    });
  }
}

function refused(subPath: string, why: string, cause?: unknown): OperatingError {
  const message = `failed to prepare subPath ${JSON.stringify(subPath)}: it ${why}`;
  return new OperatingError("SubPathRefused", message, cause === undefined ? undefined : { cause });
}
