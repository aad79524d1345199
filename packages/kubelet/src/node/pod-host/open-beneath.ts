import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { OperatingError } from "@skates/component-base";

const { O_RDONLY, O_NOFOLLOW } = constants;
/** Opens a place in the file tree without access to its contents; not among Node's constants. */
const O_PATH = 0o10000000;

/**
 * Opens what lies below a volume, each step without following links, so that it is in the volume whatever a container does meanwhile.
 * What is opened is to be used by its descriptor (`pathOf`), never by its name again. The caller closes it. Throws `SubPathRefused`.
 */
export async function openBeneath(volume: string, parts: readonly string[]): Promise<FileHandle> {
  let handle = await open(volume, O_RDONLY | O_PATH | O_NOFOLLOW);
  try {
    for (const part of parts.filter((p) => p !== "")) {
      const next = await open(`${pathOf(handle)}/${part}`, O_RDONLY | O_PATH | O_NOFOLLOW);
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

/** A path that leads to what was opened, and nowhere else, while it is open. */
export function pathOf(handle: FileHandle): string {
  return `/proc/${process.pid}/fd/${handle.fd}`;
}
