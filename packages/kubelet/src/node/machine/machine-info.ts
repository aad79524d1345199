import { readFile, statfs } from "node:fs/promises";
import { arch, cpus, release, totalmem } from "node:os";
import type { MachineInfo } from "../../node-status/machine.ts";

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

/** Empty where there is no such file, or it may not be read. */
async function readText(path: string): Promise<string> {
  return (await readFile(path, "utf8").catch(() => "")).trim();
}

/** Whether the kernel enforces AppArmor profiles. */
export async function appArmorEnabled(): Promise<boolean> {
  return (await readText("/sys/module/apparmor/parameters/enabled")).startsWith("Y");
}
