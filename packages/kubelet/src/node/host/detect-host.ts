import { access, readFile } from "node:fs/promises";
import { arch, release } from "node:os";
import { join } from "node:path";
import { findProgram } from "./busybox-image.ts";
import { type Capability, parseCapabilities } from "./capabilities.ts";
import { type CgroupHierarchy, type CgroupMounts, cgroupMounts } from "./cgroup-mounts.ts";
import { type PackageManager, packageManager, packagesFor, type Requirement } from "./host-packages.ts";
import { type KernelFeatures, probeKernel } from "./kernel-probes.ts";
import { listMounts } from "./mounts.ts";
import { tryCommand } from "./run-command.ts";

/** A program of the host, with what it says of its version. */
export interface Program {
  readonly path: string;
  readonly version: string;
}

/** One thing about a host that matters to a node, in plain words. */
export interface Finding {
  /** `error`: no real containers here until it is mended. `warning`: works with less. `info`: taken into account. */
  readonly level: "error" | "warning" | "info";
  readonly text: string;
  /** What would mend it. */
  readonly remedy?: string | undefined;
}

/** What was found out about a machine. */
export interface Host {
  readonly os: string;
  readonly kernel: string;
  readonly architecture: string;
  readonly root: boolean;
  readonly capabilities: ReadonlySet<Capability>;
  readonly cgroups: CgroupMounts;
  readonly features: KernelFeatures;
  readonly programs: Readonly<Record<"containerd" | "runc" | "nft" | "iptables" | "busybox", Program | undefined>>;
  /** Folder of the CNI plugins, when all those we use are there. */
  readonly cniBinDir: string | undefined;
  readonly snapshotter: "overlayfs" | "native";
  /** True when containers' OOM scores cannot be lowered, which the runtime must then be told. */
  readonly restrictOomScore: boolean;
  readonly packageManager: PackageManager | undefined;
  /** What a node needs and the host lacks. */
  readonly missing: readonly Requirement[];
  /** The packages that would bring it; without a known package manager the names of the programs. */
  readonly missingPackages: readonly string[];
  readonly findings: readonly Finding[];
}

/** What a node on this host must have. The demonstration also wants busybox. */
export interface HostQuestion {
  readonly dataDir: string;
  readonly busybox?: boolean | undefined;
}

const CNI_PLUGINS = ["ptp", "host-local", "loopback", "portmap"];
const CNI_DIRS = ["/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"];

/** Looks at the machine; changes nothing. Takes about 50 ms. */
export async function detectHost(question: HostQuestion, signal: AbortSignal): Promise<Host> {
  const root = process.getuid?.() === 0;
  const [osRelease, status, mounts, cniBinDir] = await Promise.all([
    readFile("/etc/os-release", "utf8").catch(() => ""), // only names the packages
    readFile("/proc/self/status", "utf8"),
    listMounts(),
    findCniDir(),
  ]);
  const [containerd, runc, nft, iptables, busybox, features] = await Promise.all([
    program("containerd", ["--version"], signal),
    program("runc", ["--version"], signal),
    program("nft", ["--version"], signal),
    program("iptables", ["--version"], signal),
    program("busybox", ["--help"], signal),
    probeKernel(question.dataDir, signal),
  ]);
  const programs = { containerd, runc, nft, iptables, busybox };
  const missing = missingParts(programs, cniBinDir, question);
  const manager = packageManager(osRelease);
  const host = {
    os: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(osRelease)?.[1] ?? "unknown",
    kernel: release(),
    architecture: arch(),
    root,
    capabilities: parseCapabilities(status),
    cgroups: await withControllers(cgroupMounts(mounts)),
    features,
    programs,
    cniBinDir,
    snapshotter: features.overlayfs ? ("overlayfs" as const) : ("native" as const),
    restrictOomScore: !parseCapabilities(status).has("SYS_RESOURCE"),
    packageManager: manager,
    missing,
    missingPackages: manager === undefined ? missing : packagesFor(manager, missing),
  };
  return { ...host, findings: hostFindings(host, question.dataDir) };
}

/** What follows from the facts, the gravest first. */
export function hostFindings(host: Omit<Host, "findings">, dataDir: string): readonly Finding[] {
  const found: Finding[] = [];
  const add = (level: Finding["level"], text: string, remedy?: string): void =>
    void found.push({ level, text, remedy });
  if (!host.root) add("error", "real containers need root", "run as root, or use --runtime simulated");
  if (host.architecture !== "x64") {
    add("error", `the sandbox image exists for amd64 only, and this machine is ${host.architecture}`);
  }
  if (/[:,]/.test(dataDir)) {
    add("error", `the data directory ${dataDir} has a colon or comma in its name, which overlay mounts cannot take`);
  }
  if (host.missing.length > 0) {
    add("error", `not installed: ${host.missing.join(", ")}`, `install ${host.missingPackages.join(" ")}`);
  }
  if (host.root && host.programs.nft !== undefined && !host.features.nftables) {
    add("error", "the kernel lacks nftables with connection tracking and NAT, which services need");
  }
  if (host.root && host.features.veth === false) add("error", "the kernel lacks veth interfaces, which pods need");
  const lacking = missingControllers(host.cgroups);
  if (lacking.length > 0) add("error", `the cgroup controllers ${lacking.join(", ")} are not available`);
  if (host.root && !host.features.overlayfs) {
    add("warning", `no overlayfs in ${dataDir}: images are copied for each container (slower, more disk)`);
  }
  if (host.root && host.restrictOomScore) {
    add("info", "no CAP_SYS_RESOURCE: containers cannot get a lower OOM score than Skates itself");
  }
  return found;
}

function missingControllers(cgroups: CgroupMounts): readonly string[] {
  const present = new Set(cgroups.hierarchies.flatMap(({ controllers }) => controllers));
  const both = ["cpu", "cpuset", "memory", "pids"];
  return (cgroups.version === 2 ? both : [...both, "cpuacct", "devices"]).filter((name) => !present.has(name));
}

/** v1 tells its controllers by the mount, v2 in a file. */
async function withControllers(mounts: CgroupMounts): Promise<CgroupMounts> {
  const read = async (each: CgroupHierarchy): Promise<CgroupHierarchy> => {
    if (!each.unified) return each;
    const controllers = (await readFile(join(each.dir, "cgroup.controllers"), "utf8")).trim();
    return { ...each, controllers: controllers === "" ? [] : controllers.split(" ") };
  };
  return { ...mounts, hierarchies: await Promise.all(mounts.hierarchies.map(read)) };
}

function missingParts(
  programs: Host["programs"],
  cniBinDir: string | undefined,
  question: HostQuestion,
): readonly Requirement[] {
  const absent: Readonly<Record<Requirement, boolean>> = {
    containerd: programs.containerd === undefined,
    runc: programs.runc === undefined,
    cni: cniBinDir === undefined,
    nftables: programs.nft === undefined,
    iptables: programs.iptables === undefined,
    busybox: question.busybox === true && programs.busybox === undefined,
  };
  const all: readonly Requirement[] = ["containerd", "runc", "cni", "nftables", "iptables", "busybox"];
  return all.filter((name) => absent[name]);
}

async function findCniDir(): Promise<string | undefined> {
  for (const dir of CNI_DIRS) {
    const found = await Promise.all(
      CNI_PLUGINS.map((name) =>
        access(join(dir, name)).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (found.every(Boolean)) return dir;
  }
  return undefined;
}

async function program(name: string, args: readonly string[], signal: AbortSignal): Promise<Program | undefined> {
  const path = await findProgram(name);
  if (path === undefined) return undefined;
  const said = await tryCommand([path, ...args], {}, signal);
  return { path, version: /\d+\.\d+(?:\.\d+)?/.exec(said.stdout + said.stderr)?.[0] ?? "unknown" };
}
