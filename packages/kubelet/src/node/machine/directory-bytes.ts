import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";

const BLOCK_BYTES = 512;

/** What all in a directory takes on disk. */
export interface DirectoryUse {
  readonly bytes: number;
  readonly inodes: number;
}

/** As `directoryUse`, bytes only. */
export async function directoryBytes(directory: string, signal: AbortSignal): Promise<number> {
  return (await directoryUse(directory, signal)).bytes;
}

/** Walks through a directory; nothing where there is none. Files with several names count once, other mounts not at all. */
export async function directoryUse(directory: string, signal: AbortSignal): Promise<DirectoryUse> {
  const top = await lstat(directory).catch(() => undefined); // not there (yet)
  if (top === undefined) return { bytes: 0, inodes: 0 };
  const seen = new Set<number>();
  const todo = [directory];
  let bytes = 0;
  let inodes = 0;
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    signal.throwIfAborted();
    // What goes away meanwhile takes nothing any more.
    const entries = await opendir(next).catch(() => undefined);
    if (entries === undefined) continue;
    for await (const entry of entries) {
      const path = join(next, entry.name);
      const found = await lstat(path).catch(() => undefined);
      if (found === undefined || found.dev !== top.dev) continue;
      if (found.nlink > 1 && !found.isDirectory()) {
        if (seen.has(found.ino)) continue;
        seen.add(found.ino);
      }
      bytes += found.blocks * BLOCK_BYTES;
      inodes++;
      if (found.isDirectory()) todo.push(path);
    }
  }
  return { bytes, inodes };
}
