import { type FSWatcher, watch } from "node:fs";
import { type FileHandle, lstat } from "node:fs/promises";
import { dirname } from "node:path";
import { type Clock, hasCode } from "@skates/component-base";
import { LogDecoder } from "../../logs/log-decoder.ts";
import { openLog } from "./open-log.ts";
import type { LogReader, LogRequest } from "../../server/kubelet-handler.ts";

const BLOCK_BYTES = 64 * 1024;
/** How long a follower waits at most before it looks whether the container has ended. */
const LOOK_MS = 1000;
const NEWLINE = 10;

/** Reads the log files that the runtime writes. */
export function fileLogReader(clock: Clock): LogReader {
  return {
    async read(request, signal) {
      const { logPath } = request.container;
      const file = await openLog(logPath).catch((error: unknown) => {
        // Nothing was written yet, or the file was rotated away this very moment.
        if (hasCode(error, "ENOENT")) return undefined;
        throw error;
      });
      return readLog({ ...request, path: logPath, clock }, file, signal);
    },
  };
}

type Reading = LogRequest & { readonly path: string; readonly clock: Clock };

async function* readLog(of: Reading, first: FileHandle | undefined, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const { options } = of;
  const decoder = new LogDecoder(options);
  const buffer = Buffer.alloc(BLOCK_BYTES);
  let file = first;
  try {
    const size = (await file?.stat())?.size ?? 0;
    // Who does not follow gets what is there now, and no more however fast the container writes: the last 3 lines are 3.
    const end = options.follow ? Number.POSITIVE_INFINITY : size;
    let at = file === undefined || options.tailLines === undefined ? 0 : await tailStart(file, size, options.tailLines);
    while (!signal.aborted && !decoder.done) {
      // Asked before reading: what is written before an end is then still read.
      const more = options.follow && of.running();
      const { bytesRead } = (await file?.read(buffer, 0, Math.min(BLOCK_BYTES, end - at), at)) ?? { bytesRead: 0 };
      at += bytesRead;
      const out = bytesRead === 0 ? undefined : decoder.push(buffer.subarray(0, bytesRead));
      if (out !== undefined && out.length > 0) yield out;
      if (bytesRead > 0) continue;
      const next = options.follow ? await rotated(of.path, file) : undefined;
      if (next !== undefined) {
        await file?.close();
        [file, at] = [next, 0];
      } else if (!more) return;
      else await changed(of, signal);
    }
  } finally {
    await file?.close();
  }
}

/** The file that has the name now, if it is another one. */
async function rotated(path: string, file: FileHandle | undefined): Promise<FileHandle | undefined> {
  const now = await lstat(path).catch(() => undefined);
  if (now === undefined || (file !== undefined && (await file.stat()).ino === now.ino)) return undefined;
  return await openLog(path).catch(() => undefined);
}

/** Resolves when something happens in the log's directory, and after a while in any case. */
async function changed({ path, clock }: Reading, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const finish = (): void => done.abort();
  signal.addEventListener("abort", finish, { once: true });
  const watcher = watchDirectory(dirname(path), finish);
  try {
    await clock.sleep(LOOK_MS, done.signal).catch(() => undefined);
  } finally {
    watcher?.close();
    signal.removeEventListener("abort", finish);
  }
}

/** undefined: the directory is gone, and the pod with it. */
function watchDirectory(dir: string, changed: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(dir, changed);
    watcher.on("error", changed);
    return watcher;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Where the last `lines` lines of the first `size` bytes begin. */
async function tailStart(file: FileHandle, size: number, lines: number): Promise<number> {
  if (lines === 0) return size;
  const buffer = Buffer.alloc(BLOCK_BYTES);
  // The end of the last line does not count.
  let found = -1;
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - BLOCK_BYTES);
    const { bytesRead } = await file.read(buffer, 0, end - start, start);
    for (let i = bytesRead - 1; i >= 0; i--) {
      if (buffer[i] !== NEWLINE && start + i !== size - 1) continue;
      found++;
      if (found === lines) return start + i + 1;
    }
    end = start;
  }
  return 0;
}
