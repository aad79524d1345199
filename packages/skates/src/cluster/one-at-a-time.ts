import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "@skates/component-base";
import { lockForProcess, type ProcessLock } from "@skates/component-base/node";
import { failure } from "../cli/errors.ts";
import type { Paths } from "./data-dir.ts";

const POLL_MS = 50;

/**
 * Runs `work` while no other command works on this data directory, which is made if need be and goes again if it stays empty.
 * Who comes second waits, and is told by `waits`.
 */
export async function oneAtATime<T>(
  paths: Paths,
  { signal, waits }: { readonly signal: AbortSignal; readonly waits: (pid: number) => void },
  work: () => Promise<T>,
): Promise<T> {
  const isNew = !existsSync(paths.dataDir);
  let lock = takeLock(paths);
  if (lock.heldBy !== undefined) waits(lock.heldBy);
  while (lock.heldBy !== undefined) {
    await sleep(POLL_MS, undefined, { signal });
    lock = takeLock(paths);
  }
  try {
    return await work();
  } finally {
    lock.release();
    if (isNew) removeIfEmpty(paths.dataDir);
  }
}

function takeLock(paths: Paths): ProcessLock {
  try {
    mkdirSync(paths.dataDir, { recursive: true, mode: 0o700 });
    return lockForProcess(join(paths.dataDir, "command.lock"));
  } catch (cause) {
    throw failure(`${paths.dataDir} cannot be used`, "mend that, or name another directory with --data-dir", cause);
  }
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (error) {
    if (!hasCode(error, "ENOTEMPTY") && !hasCode(error, "ENOENT")) throw error;
  }
}
