import { readFile, statfs } from "node:fs/promises";
import { arch, cpus, release, totalmem } from "node:os";
import type { MachineInfo, Pressure } from "../../node-status/machine.ts";

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: "amd64",
  arm64: "arm64",
  ppc64: "ppc64le",
  s390x: "s390x",
};

/** What this machine is. `dir`: on the disk whose room is the node's ephemeral storage. */
export async function machineInfo(dir: string): Promise<MachineInfo> {
  const [machineId, systemUuid, bootId, osRelease, disk] = await Promise.all([
    readText("/etc/machine-id"),
    readText("/sys/class/dmi/id/product_uuid"),
    readText("/proc/sys/kernel/random/boot_id"),
    readText("/etc/os-release"),
    statfs(dir),
  ]);
  const pretty = /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(osRelease)?.[1];
  return {
    cpus: cpus().length,
    memoryBytes: totalmem(),
    ephemeralStorageBytes: disk.blocks * disk.bsize,
    machineId,
    systemUuid: systemUuid === "" ? machineId : systemUuid,
    bootId,
    kernelVersion: release(),
    osImage: pretty ?? "Linux",
    operatingSystem: process.platform,
    architecture: ARCHITECTURES[arch()] ?? arch(),
  };
}

/** What is to be left of the machine's memory at least. */
export const MEMORY_BYTES_MIN = 100 * 1024 * 1024;
const DISK_PART_MIN = 0.1;
const INODES_PART_MIN = 0.05;
const PIDS_PART_MIN = 0.05;

/** What this machine runs short of, by upstream's limits for hard eviction. */
export async function machinePressure(dir: string): Promise<Pressure> {
  const [availableBytes, disk, loadavg, pidMax] = await Promise.all([
    availableMemoryBytes(),
    statfs(dir),
    readText("/proc/loadavg"),
    readText("/proc/sys/kernel/pid_max"),
  ]);
  const processes = Number(/ \d+\/(\d+) /.exec(loadavg)?.[1] ?? 0);
  const most = Number(pidMax === "" ? Infinity : pidMax);
  const inodesLow = disk.files > 0 && disk.ffree < disk.files * INODES_PART_MIN;
  return {
    memory: availableBytes < MEMORY_BYTES_MIN,
    disk: disk.bavail < disk.blocks * DISK_PART_MIN || inodesLow,
    pid: most - processes < most * PIDS_PART_MIN,
  };
}

/** What programs can still get; Infinity where the machine does not say. */
export async function availableMemoryBytes(): Promise<number> {
  const meminfo = await readText("/proc/meminfo");
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1] ?? Infinity) * 1024;
}

/** Empty where there is no such file, or it may not be read. */
async function readText(path: string): Promise<string> {
  return (await readFile(path, "utf8").catch(() => "")).trim();
}

/** Whether the kernel enforces AppArmor profiles. */
export async function appArmorEnabled(): Promise<boolean> {
  return (await readText("/sys/module/apparmor/parameters/enabled")).startsWith("Y");
}
