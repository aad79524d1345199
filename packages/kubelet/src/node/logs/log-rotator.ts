import { createWriteStream } from "node:fs";
import { lstat, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Clock, isAbort, type Logger, messageOf } from "@skates/component-base";
import type { PodSet } from "../../pod-set.ts";
import { openLog } from "./open-log.ts";
import type { Runtime, RuntimeContainer } from "../../runtime.ts";

export interface LogRotatorOptions {
  readonly pods: PodSet;
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly log: Logger;
  /** Default 10 MiB. */
  readonly sizeBytesMax?: number | undefined;
  /** Files of one container, the one being written included. Default 5. */
  readonly filesMax?: number | undefined;
}

const LOOK_MS = 10_000;
const SIZE_BYTES_MAX = 10 * 1024 * 1024;
const FILES_MAX = 5;

/** Keeps the logs of running containers from growing without bound. */
export async function runLogRotator(options: LogRotatorOptions, signal: AbortSignal): Promise<void> {
  const { pods, clock, log } = options;
  try {
    for (;;) {
      await clock.sleep(LOOK_MS, signal);
      for (const container of pods.runningContainers()) {
        await rotateIfLarge(options, container, signal).catch((error: unknown) => {
          if (isAbort(error, signal)) throw error;
          log.warn("log could not be rotated", { container: container.name, error: messageOf(error) });
        });
      }
    }
  } catch (error) {
    if (!isAbort(error, signal)) throw error;
  }
}

/** Gives a log that is too large a new name and has the runtime begin a new one. Returns whether it did. */
export async function rotateIfLarge(
  options: LogRotatorOptions,
  container: RuntimeContainer,
  signal: AbortSignal,
): Promise<boolean> {
  const { logPath } = container;
  if (logPath === "") return false;
  const { size } = await lstat(logPath);
  if (size < (options.sizeBytesMax ?? SIZE_BYTES_MAX)) return false;
  await prune(logPath, (options.filesMax ?? FILES_MAX) - 2);
  const old = `${logPath}.${stamp(options.clock.nowMs())}`;
  await rename(logPath, old);
  try {
    await options.runtime.reopenLog(container.id, signal);
  } catch (error) {
    // Otherwise what is written would be lost to readers.
    await rename(old, logPath);
    throw error;
  }
  return true;
}

/** Packs rotated logs, and removes the oldest beyond `keep`. */
async function prune(logPath: string, keep: number): Promise<void> {
  const dir = dirname(logPath);
  const prefix = `${basename(logPath)}.`;
  const names = (await readdir(dir)).filter((name) => name.startsWith(prefix)).toSorted();
  for (const name of names.filter((n) => n.endsWith(".tmp"))) await rm(join(dir, name), { force: true });
  const old = names.filter((name) => !name.endsWith(".tmp"));
  for (const name of old.slice(0, Math.max(0, old.length - keep))) await rm(join(dir, name), { force: true });
  for (const name of old.slice(Math.max(0, old.length - keep))) {
    if (!name.endsWith(".gz")) await pack(join(dir, name));
  }
}

async function pack(path: string): Promise<void> {
  const file = await openLog(path);
  await pipeline(file.createReadStream(), createGzip(), createWriteStream(`${path}.tmp`, { flags: "wx", mode: 0o640 }));
  await rename(`${path}.tmp`, `${path}.gz`);
  await rm(path, { force: true });
}

/** `20261120-201500`: upstream's names of rotated logs. */
function stamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
}
