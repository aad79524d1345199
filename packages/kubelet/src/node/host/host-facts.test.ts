// What is read from the kernel's and the distribution's files, and what is concluded from it. Texts were recorded.
import { describe, expect, it } from "vitest";
import { parseLdd } from "./busybox-image.ts";
import { parseCapabilities } from "./capabilities.ts";
import { cgroupMounts } from "./cgroup-mounts.ts";
import { hostFindings } from "./detect-host.ts";
import { installCommand, packageManager, packagesFor } from "./host-packages.ts";
import { isBelow, mountOf, parseMountInfo } from "./mounts.ts";
import { descendants, parseProcess } from "./processes.ts";

describe("parseCapabilities", () => {
  it("reads all, none and one missing", () => {
    const all = parseCapabilities("Name:\tx\nCapEff:\t000001ffffffffff\n");
    expect(all.size).toBe(41);
    expect(parseCapabilities("CapEff:\t0000000000000000\n").size).toBe(0);
    const most = parseCapabilities("CapPrm:\t000001ffffffffff\nCapEff:\t000001fffeffffff\n");
    expect([...all].filter((name) => !most.has(name))).toEqual(["SYS_RESOURCE"]);
  });
});

describe("parseMountInfo", () => {
  it("reads points with blanks, types and the file system's own options", () => {
    const text =
      "33 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n" +
      "42 27 0:39 / /tmp/a\\040b\\134c rw,nosuid shared:7 master:1 - tmpfs shm rw,size=65536k\n";
    expect(parseMountInfo(text)).toEqual([
      { point: "/sys/fs/cgroup/cpu", type: "cgroup", shared: false, superOptions: ["rw", "cpu"] },
      { point: "/tmp/a b\\c", type: "tmpfs", shared: true, superOptions: ["rw", "size=65536k"] },
    ]);
  });

  it("tells what is below a folder", () => {
    expect(["/a/b", "/a/b/c", "/a/bc", "/a"].map((path) => isBelow(path, "/a/b"))).toEqual([true, true, false, false]);
    expect(isBelow("/x", "/")).toBe(true);
  });

  it("finds the mount that a path lies on, the topmost of several", () => {
    const mounts = [mount("/", "ext4"), mount("/a", "tmpfs"), mount("/a", "xfs"), mount("/ab", "btrfs")];
    expect(["/a/b", "/ab/c", "/abc"].map((path) => mountOf(mounts, path)?.type)).toEqual(["xfs", "btrfs", "ext4"]);
  });
});

const mount = (point: string, type: string, ...superOptions: string[]) => ({
  point,
  type,
  shared: false,
  superOptions,
});

describe("cgroupMounts", () => {
  it("takes a v2 mount beside v1 hierarchies for v1", () => {
    const mounts = cgroupMounts([
      mount("/sys/fs/cgroup", "tmpfs", "rw"),
      mount("/sys/fs/cgroup/cpu,cpuacct", "cgroup", "rw", "cpu", "cpuacct"),
      mount("/sys/fs/cgroup/systemd", "cgroup", "rw", "xattr", "name=systemd"),
      mount("/sys/fs/cgroup/unified", "cgroup2", "rw"),
    ]);
    expect(mounts).toEqual({
      version: 1,
      hierarchies: [
        { dir: "/sys/fs/cgroup/cpu,cpuacct", unified: false, controllers: ["cpu", "cpuacct"] },
        { dir: "/sys/fs/cgroup/systemd", unified: false, controllers: [] },
        { dir: "/sys/fs/cgroup/unified", unified: true, controllers: [] },
      ],
    });
  });

  it("finds v2", () => {
    const mounts = cgroupMounts([mount("/sys/fs/cgroup", "cgroup2", "rw", "nsdelegate")]);
    expect(mounts).toEqual({ version: 2, hierarchies: [{ dir: "/sys/fs/cgroup", unified: true, controllers: [] }] });
  });
});

describe("processes", () => {
  const stat = (name: string, state: string): string =>
    `7 (${name}) ${state} 3 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4711 1000 100`;

  it("reads a process whose name has parentheses and blanks", () => {
    expect(parseProcess(7, stat("a) S (b", "S"), "run\0--x\0\0")).toEqual({
      pid: 7,
      parentPid: 3,
      startTicks: 4711,
      args: ["run", "--x", ""],
    });
  });

  it("does not count a zombie", () => expect(parseProcess(7, stat("x", "Z"), "")).toBeUndefined());

  it("finds descendants in any order", () => {
    const process = (pid: number, parentPid: number) => ({ pid, parentPid, startTicks: 0, args: [] });
    const all = [process(5, 9), process(2, 1), process(9, 2), process(3, 1)];
    expect(descendants(all, [2]).map(({ pid }) => pid)).toEqual([9, 5]);
  });
});

describe("packages", () => {
  it.each([
    ['ID=debian\nVERSION_ID="12"\n', "apt"],
    ['ID=linuxmint\nID_LIKE="ubuntu debian"\n', "apt"],
    ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', "dnf"],
    ["ID=alpine\n", "apk"],
    ["ID=plan9\n", undefined],
  ])("%j uses %s", (text, manager) => expect(packageManager(text)).toBe(manager));

  it("names Debian's packages and the command for them", () => {
    const names = packagesFor("apt", ["containerd", "cni", "nftables"]);
    expect(installCommand("apt", names).join(" ")).toBe(
      "apt-get install --yes --no-install-recommends containerd containernetworking-plugins nftables",
    );
  });

  it("reads ldd's three kinds of lines", () => {
    const text =
      "\tlinux-vdso.so.1 (0x00007fed)\n\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fed)\n" +
      "\tlibgone.so => not found\n\t/lib64/ld-linux-x86-64.so.2 (0x00007fed)\n";
    expect(parseLdd(text)).toEqual(["/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2"]);
  });
});

describe("hostFindings", () => {
  const program = { path: "/usr/bin/x", version: "1" };
  const good: Parameters<typeof hostFindings>[0] = {
    os: "Debian",
    kernel: "6.1",
    architecture: "x64",
    root: true,
    capabilities: new Set(["SYS_RESOURCE"]),
    cgroups: {
      version: 2,
      hierarchies: [{ dir: "/sys/fs/cgroup", unified: true, controllers: ["cpu", "cpuset", "memory", "pids"] }],
    },
    features: { overlayfs: true, nftables: true, veth: true },
    programs: { containerd: program, runc: program, nft: program, iptables: program, busybox: undefined },
    cniBinDir: "/usr/lib/cni",
    snapshotter: "overlayfs",
    restrictOomScore: false,
    packageManager: "apt",
    missing: [],
    missingPackages: [],
  };
  const texts = (change: Partial<typeof good>, dataDir = "/d"): readonly string[] =>
    hostFindings({ ...good, ...change }, dataDir).map(({ level, text, remedy }) => `${level}: ${text} | ${remedy}`);

  it("has nothing to say of a host with everything", () => expect(texts({})).toEqual([]));

  it.each<[string, Partial<typeof good>, RegExp]>([
    ["no root", { root: false }, /^error: real containers need root \| .*--runtime simulated/],
    ["another processor", { architecture: "arm64" }, /^error: .*amd64 only/],
    [
      "missing packages",
      { missing: ["cni"], missingPackages: ["cni-x"] },
      /^error: not installed: cni \| install cni-x/,
    ],
    ["no nftables", { features: { ...good.features, nftables: false } }, /^error: the kernel lacks nftables/],
    ["no veth", { features: { ...good.features, veth: false } }, /^error: the kernel lacks veth/],
    ["no cgroups", { cgroups: { version: 1, hierarchies: [] } }, /^error: the cgroup controllers cpu, cpuset/],
    ["no overlayfs", { features: { ...good.features, overlayfs: false } }, /^warning: no overlayfs/],
    ["no CAP_SYS_RESOURCE", { restrictOomScore: true }, /^info: no CAP_SYS_RESOURCE/],
  ])("reports %s", (_, change, text) => expect(texts(change)).toEqual([expect.stringMatching(text)]));

  it("refuses a directory that overlay mounts cannot take", () => {
    expect(texts({}, "/a:b")).toEqual([expect.stringMatching(/^error: .*colon or comma/)]);
  });
});
