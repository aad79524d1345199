import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { QosClass } from "@skates/api/core/v1";
import { hasCode, OperatingError } from "@skates/component-base";
import type { CgroupMounts } from "./cgroup-mounts.ts";

/** Limits of a pod or of a class of pods. What is left out stays as it is. */
export interface CgroupLimits {
  /** 2 to 262144; 1024 is one core's worth against others. */
  readonly cpuShares?: number | undefined;
  /** CPU time per period of 100 ms, in microseconds; -1 takes the limit away. */
  readonly cpuQuotaUs?: number | undefined;
  /** -1 takes the limit away. */
  readonly memoryBytes?: number | undefined;
  /** -1 takes the limit away. */
  readonly processes?: number | undefined;
}

/** What a cgroup and everything below it use. */
export interface CgroupUsage {
  /** Since the cgroup was made. */
  readonly cpuNs: number;
  readonly memoryBytes: number;
  /** Memory without file pages that can be given back at once: what eviction looks at. */
  readonly workingSetBytes: number;
  readonly rssBytes: number;
}

/** The cgroups of this machine. Paths start at the top of the hierarchy, with no leading slash. */
export interface Cgroups {
  readonly version: 1 | 2;
  /** Makes the cgroup with its parents, if needed, and sets its limits. */
  ensure(path: string, limits: CgroupLimits): Promise<void>;
  /** Undefined when there is no such cgroup. */
  usage(path: string): Promise<CgroupUsage | undefined>;
  /** Pids of all processes in the cgroup and below, in order. */
  processes(path: string): Promise<readonly number[]>;
  /** Names of the cgroups directly below; none when there is no such cgroup. */
  children(path: string): Promise<readonly string[]>;
  /** Removes the cgroup and those below; harmless when it is gone. Throws `CgroupBusy` while processes are in it. */
  remove(path: string): Promise<void>;
}

/** Length of the period that quotas are for. */
export const CPU_PERIOD_US = 100_000;

/** Where upstream's kubelet, with the cgroupfs driver, puts a pod below its top cgroup (`kubepods`). */
export function podCgroup(root: string, qos: QosClass, uid: string): string {
  return qos === "Guaranteed" ? `${root}/pod${uid}` : `${root}/${qos.toLowerCase()}/pod${uid}`;
}

/** Reaches the cgroups through the given mounts (`cgroupMounts`). */
export function openCgroups(mounts: CgroupMounts): Cgroups {
  const dirs = mounts.hierarchies.map(({ dir }) => dir);
  const at = (controller: string): string | undefined =>
    mounts.hierarchies.find(({ controllers }) => controllers.includes(controller))?.dir;
  return {
    version: mounts.version,
    ensure: (path, limits) =>
      mounts.version === 2 ? ensureUnified(dirs[0] ?? "", path, limits) : ensureSplit(at, path, limits),
    usage: (path) => gone(mounts.version === 2 ? usageUnified(dirs[0] ?? "", path) : usageSplit(at, path)),
    processes: async (path) => {
      const found = await Promise.all(dirs.map((dir) => processesBelow(join(dir, path))));
      return [...new Set(found.flat())].sort((a, b) => a - b);
    },
    children: async (path) => {
      const found = await Promise.all(dirs.map((dir) => childDirs(join(dir, path))));
      return [...new Set(found.flat())].sort();
    },
    remove: async (path) => {
      for (const dir of dirs) await removeTree(join(dir, path));
    },
  };
}

/** v1: one file tree per controller. Others than these are made by the runtime, for its containers, and removed by us. */
async function ensureSplit(
  at: (controller: string) => string | undefined,
  path: string,
  limits: CgroupLimits,
): Promise<void> {
  for (const controller of ["cpu", "cpuacct", "memory", "pids"]) {
    const dir = at(controller);
    if (dir !== undefined) await mkdir(join(dir, path), { recursive: true });
  }
  const write = async (controller: string, file: string, value: number | undefined): Promise<void> => {
    const dir = at(controller);
    if (value !== undefined && dir !== undefined) await put(join(dir, path, file), value);
  };
  await write("cpu", "cpu.shares", limits.cpuShares);
  if (limits.cpuQuotaUs !== undefined) await write("cpu", "cpu.cfs_period_us", CPU_PERIOD_US);
  await write("cpu", "cpu.cfs_quota_us", limits.cpuQuotaUs);
  await write("memory", "memory.limit_in_bytes", limits.memoryBytes);
  const pids = limits.processes === -1 ? "max" : limits.processes;
  const pidsDir = at("pids");
  if (pids !== undefined && pidsDir !== undefined) await put(join(pidsDir, path, "pids.max"), pids);
}

/** v2: controllers are handed down level by level, before the first process enters. */
async function ensureUnified(dir: string, path: string, limits: CgroupLimits): Promise<void> {
  const wanted = ["cpu", "cpuset", "io", "memory", "pids", "hugetlb"];
  const parts = path.split("/").filter((part) => part !== "");
  for (let depth = 0; depth < parts.length; depth += 1) {
    const parent = join(dir, ...parts.slice(0, depth));
    const offered = new Set((await readFile(join(parent, "cgroup.controllers"), "utf8")).trim().split(" "));
    const handed = new Set((await readFile(join(parent, "cgroup.subtree_control"), "utf8")).trim().split(" "));
    const missing = wanted.filter((name) => offered.has(name) && !handed.has(name)).map((name) => `+${name}`);
    if (missing.length > 0) await put(join(parent, "cgroup.subtree_control"), missing.join(" "));
    await mkdir(join(parent, parts[depth] ?? ""), { recursive: true });
  }
  const write = async (file: string, value: number | string | undefined): Promise<void> => {
    if (value !== undefined) await put(join(dir, path, file), value === -1 ? "max" : value);
  };
  await write("cpu.weight", limits.cpuShares === undefined ? undefined : cpuWeight(limits.cpuShares));
  const quota = limits.cpuQuotaUs === -1 ? "max" : limits.cpuQuotaUs;
  await write("cpu.max", quota === undefined ? undefined : `${quota} ${CPU_PERIOD_US}`);
  await write("memory.max", limits.memoryBytes);
  await write("pids.max", limits.processes);
}

/** v2's weight (1 to 10000) for v1's shares: a curve through (2, 1), (1024, 100) and (262144, 10000). */
export function cpuWeight(shares: number): number {
  if (shares <= 2) return 1;
  if (shares >= 262_144) return 10_000;
  const log = Math.log2(shares);
  return Math.ceil(10 ** ((log * log + 125 * log) / 612 - 7 / 34));
}

async function usageSplit(at: (controller: string) => string | undefined, path: string): Promise<CgroupUsage> {
  const cpu = join(at("cpuacct") ?? "", path);
  const memory = join(at("memory") ?? "", path);
  const [cpuNs, memoryBytes, stat] = await Promise.all([
    readFile(join(cpu, "cpuacct.usage"), "utf8"),
    readFile(join(memory, "memory.usage_in_bytes"), "utf8"),
    flatFile(join(memory, "memory.stat")),
  ]);
  return usageOf(Number(cpuNs), Number(memoryBytes), stat.get("total_inactive_file"), stat.get("total_rss"));
}

async function usageUnified(dir: string, path: string): Promise<CgroupUsage> {
  const [cpu, memoryBytes, stat] = await Promise.all([
    flatFile(join(dir, path, "cpu.stat")),
    readFile(join(dir, path, "memory.current"), "utf8"),
    flatFile(join(dir, path, "memory.stat")),
  ]);
  const cpuNs = (cpu.get("usage_usec") ?? 0) * 1000;
  return usageOf(cpuNs, Number(memoryBytes), stat.get("inactive_file"), stat.get("anon"));
}

function usageOf(cpuNs: number, memoryBytes: number, inactiveFile = 0, rssBytes = 0): CgroupUsage {
  return { cpuNs, memoryBytes, workingSetBytes: Math.max(0, memoryBytes - inactiveFile), rssBytes };
}

/** A file of lines `name value`. */
async function flatFile(file: string): Promise<ReadonlyMap<string, number>> {
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(" ")), Number(line.slice(line.indexOf(" ") + 1))]));
}

async function processesBelow(dir: string): Promise<readonly number[]> {
  const own = (await gone(readFile(join(dir, "cgroup.procs"), "utf8"))) ?? "";
  const below = await Promise.all((await childDirs(dir)).map((name) => processesBelow(join(dir, name))));
  return [
    // The kernel writes 0 for a process that is not to be seen from here; sent to 0, a signal would end our own group.
    ...own
      .split("\n")
      .map(Number)
      .filter((pid) => pid > 0),
    ...below.flat(),
  ];
}

async function childDirs(dir: string): Promise<readonly string[]> {
  const entries = (await gone(readdir(dir, { withFileTypes: true }))) ?? [];
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

async function removeTree(dir: string): Promise<void> {
  for (const name of await childDirs(dir)) await removeTree(join(dir, name));
  try {
    await gone(rmdir(dir));
  } catch (cause) {
    if (!hasCode(cause, "EBUSY")) throw cause;
    throw new OperatingError("CgroupBusy", `the cgroup ${dir} still has processes in it`, { cause });
  }
}

/** Undefined for what has vanished: cgroups end while they are looked at (ENODEV for a file that was just opened). */
async function gone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "ENODEV")) return undefined;
    throw error;
  }
}

async function put(file: string, value: number | string): Promise<void> {
  try {
    await writeFile(file, String(value));
  } catch (cause) {
    throw new OperatingError("CgroupWriteFailed", `${String(value)} was not accepted by ${file}`, { cause });
  }
}
