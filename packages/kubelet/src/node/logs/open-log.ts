import { constants } from "node:fs";
import { type FileHandle, open, readlink, realpath } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { hasCode, OperatingError } from "@skates/component-base";

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

/**
 * Opens a container's log, `<logs of pods>/<pod>/<container>/<file>`, for reading. A pod that was given the folder of logs can put a
 * link to any file of the node in its place: then what was opened is not what was named, and it throws `LogRefused`. The folder of
 * all logs may itself be reached by links. Throws ENOENT where there is no log.
 */
export async function openLog(path: string): Promise<FileHandle> {
  // Without waiting: a pipe in the place of a log would hold the reader up for ever.
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
    throw hasCode(error, "ELOOP") ? refused(path) : error;
  });
  try {
    const folder = dirname(dirname(dirname(path)));
    const named = join(await realpath(folder), relative(folder, path));
    const opened = await readlink(`/proc/self/fd/${file.fd}`);
    // A log that is rotated or removed this very moment has another name already.
    const renamed = opened.startsWith(`${named}.`) || opened === `${named} (deleted)`;
    if (!(await file.stat()).isFile() || (opened !== named && !renamed)) throw refused(path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function refused(path: string): OperatingError {
  return new OperatingError("LogRefused", `log ${JSON.stringify(path)} is not a file in its place`);
}
