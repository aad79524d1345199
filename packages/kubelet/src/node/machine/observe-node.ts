import { readFile, stat, statfs } from "node:fs/promises";
import { totalmem } from "node:os";
import type { Observation, Observations } from "../../eviction/pressure-state.ts";
import type { Signal } from "../../eviction/thresholds.ts";

/** Where a node keeps what pods write, and where its images. */
export interface NodeDisks {
  readonly nodeDir: string;
  readonly imageDir: string;
}

/** What this machine has left. Six small reads; what it does not say is left out. */
export async function observeNode({ nodeDir, imageDir }: NodeDisks): Promise<Observations> {
  const [memory, nodefs, imagefs, pids] = await Promise.all([
    memoryLeft(),
    diskLeft("nodefs", nodeDir),
    diskLeft("imagefs", imageDir),
    pidsLeft(),
  ]);
  return new Map([...memory, ...nodefs, ...imagefs, ...pids]);
}

/** Whether images and what containers write beside their volumes have a disk of their own. */
export async function hasImageDisk({ nodeDir, imageDir }: NodeDisks): Promise<boolean> {
  const [node, images] = await Promise.all([stat(nodeDir), stat(imageDir)]);
  return node.dev !== images.dev;
}

type Found = readonly (readonly [Signal, Observation])[];

async function memoryLeft(): Promise<Found> {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(await readText("/proc/meminfo"))?.[1];
  if (kilobytes === undefined) return [];
  return [["memory.available", { available: Number(kilobytes) * 1024, capacity: totalmem() }]];
}

async function diskLeft(name: "nodefs" | "imagefs", dir: string): Promise<Found> {
  const disk = await statfs(dir).catch(() => undefined); // not there (yet)
  if (disk === undefined) return [];
  const { bsize, bavail, blocks, files, ffree } = disk;
  return [
    [`${name}.available`, { available: bavail * bsize, capacity: blocks * bsize }],
    [`${name}.inodesFree`, { available: ffree, capacity: files }],
  ];
}

async function pidsLeft(): Promise<Found> {
  const [loadavg, most] = await Promise.all([readText("/proc/loadavg"), readText("/proc/sys/kernel/pid_max")]);
  const processes = / \d+\/(\d+) /.exec(loadavg)?.[1];
  if (processes === undefined || most === "") return [];
  return [["pid.available", { available: Number(most) - Number(processes), capacity: Number(most) }]];
}

/** Empty where there is no such file, or it may not be read. */
async function readText(path: string): Promise<string> {
  return (await readFile(path, "utf8").catch(() => "")).trim();
}
