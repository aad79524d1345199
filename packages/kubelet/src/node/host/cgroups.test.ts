// Cgroups of pods, on file trees in a temporary folder that stand for v1 hierarchies and for v2. The kernel's part (that
// the files are there once a folder is made) is played by writing them; v2 was not tried on a real machine.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cpuWeight, openCgroups, podCgroup } from "./cgroups.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "skates-cgroups-"));
});
afterEach(() => rmSync(dir, { recursive: true }));
const read = (path: string): string => readFileSync(join(dir, path), "utf8");
const write = (path: string, text: string): void => {
  mkdirSync(join(dir, path, ".."), { recursive: true });
  writeFileSync(join(dir, path), text);
};
const v1 = () =>
  openCgroups({
    version: 1,
    hierarchies: [
      { dir: join(dir, "cpu,cpuacct"), unified: false, controllers: ["cpu", "cpuacct"] },
      { dir: join(dir, "memory"), unified: false, controllers: ["memory"] },
      { dir: join(dir, "pids"), unified: false, controllers: ["pids"] },
      { dir: join(dir, "systemd"), unified: false, controllers: [] },
    ],
  });
const v2 = () => openCgroups({ version: 2, hierarchies: [{ dir, unified: true, controllers: [] }] });

describe("podCgroup", () => {
  it("follows upstream's tree", () => {
    expect(podCgroup("kubepods", "Guaranteed", "1-2")).toBe("kubepods/pod1-2");
    expect(podCgroup("kubepods", "Burstable", "1-2")).toBe("kubepods/burstable/pod1-2");
    expect(podCgroup("kubepods-ab", "BestEffort", "1-2")).toBe("kubepods-ab/besteffort/pod1-2");
  });
});

describe("cpuWeight", () => {
  it.each([
    [0, 1],
    [2, 1],
    [3, 2],
    [100, 17],
    [1024, 100],
    [2048, 174],
    [262_144, 10_000],
    [999_999, 10_000],
  ])("%i shares weigh %i", (shares, weight) => expect(cpuWeight(shares)).toBe(weight));
});

describe("v1", () => {
  it("makes the tree and sets what is given", async () => {
    await v1().ensure("kubepods/burstable/podx", { cpuShares: 512, cpuQuotaUs: 50_000, memoryBytes: 1048576 });
    expect(read("cpu,cpuacct/kubepods/burstable/podx/cpu.shares")).toBe("512");
    expect(read("cpu,cpuacct/kubepods/burstable/podx/cpu.cfs_quota_us")).toBe("50000");
    expect(read("cpu,cpuacct/kubepods/burstable/podx/cpu.cfs_period_us")).toBe("100000");
    expect(read("memory/kubepods/burstable/podx/memory.limit_in_bytes")).toBe("1048576");
    expect(readdirSync(join(dir, "pids/kubepods/burstable/podx"))).toEqual([]);
  });

  it("takes limits away", async () => {
    await v1().ensure("p", { cpuQuotaUs: -1, memoryBytes: -1, processes: -1 });
    expect(read("cpu,cpuacct/p/cpu.cfs_quota_us")).toBe("-1");
    expect(read("memory/p/memory.limit_in_bytes")).toBe("-1");
    expect(read("pids/p/pids.max")).toBe("max");
  });

  it("reads usage", async () => {
    write("cpu,cpuacct/p/cpuacct.usage", "1234567\n");
    write("memory/p/memory.usage_in_bytes", "5000\n");
    write("memory/p/memory.stat", "cache 9\nrss 1\ntotal_rss 3000\ntotal_inactive_file 1500\n");
    expect(await v1().usage("p")).toEqual({ cpuNs: 1234567, memoryBytes: 5000, workingSetBytes: 3500, rssBytes: 3000 });
    expect(await v1().usage("gone")).toBeUndefined();
  });

  it("lists processes of all hierarchies once, and children", async () => {
    write("memory/p/cgroup.procs", "12\n");
    write("memory/p/c/cgroup.procs", "9\n34\n");
    write("systemd/p/c/cgroup.procs", "34\n");
    expect(await v1().processes("p")).toEqual([9, 12, 34]);
    expect(await v1().children("p")).toEqual(["c"]);
    expect([await v1().processes("gone"), await v1().children("gone")]).toEqual([[], []]);
  });

  it("removes a tree in every hierarchy, twice without harm", async () => {
    for (const path of ["memory/p/c/d", "systemd/p", "pids/q"]) mkdirSync(join(dir, path), { recursive: true });
    await v1().remove("p");
    await v1().remove("p");
    expect([
      readdirSync(join(dir, "memory")),
      readdirSync(join(dir, "systemd")),
      readdirSync(join(dir, "pids")),
    ]).toEqual([[], [], ["q"]]);
  });
});

describe("v2", () => {
  const offer = (path: string): void => {
    write(join(path, "cgroup.controllers"), "cpuset cpu io memory pids\n");
    write(join(path, "cgroup.subtree_control"), path === "" ? "memory pids\n" : "\n");
  };

  it("hands controllers down level by level and sets what is given", async () => {
    for (const path of ["", "kubepods", "kubepods/burstable"]) offer(path);
    await v2().ensure("kubepods/burstable/podx", { cpuShares: 1024, cpuQuotaUs: 50_000, memoryBytes: 7, processes: 9 });
    expect(read("cgroup.subtree_control")).toBe("+cpu +cpuset +io");
    expect(read("kubepods/cgroup.subtree_control")).toBe("+cpu +cpuset +io +memory +pids");
    expect(read("kubepods/burstable/cgroup.subtree_control")).toBe("+cpu +cpuset +io +memory +pids");
    expect(readdirSync(join(dir, "kubepods/burstable/podx")).sort()).toEqual([
      "cpu.max",
      "cpu.weight",
      "memory.max",
      "pids.max",
    ]);
    expect(read("kubepods/burstable/podx/cpu.max")).toBe("50000 100000");
    expect(read("kubepods/burstable/podx/cpu.weight")).toBe("100");
  });

  it("takes limits away", async () => {
    offer("");
    await v2().ensure("p", { cpuQuotaUs: -1, memoryBytes: -1, processes: -1 });
    expect([read("p/cpu.max"), read("p/memory.max"), read("p/pids.max")]).toEqual(["max 100000", "max", "max"]);
  });

  it("reads usage", async () => {
    write("p/cpu.stat", "usage_usec 1500\nuser_usec 1000\n");
    write("p/memory.current", "5000\n");
    write("p/memory.stat", "anon 3000\nfile 100\ninactive_file 1500\n");
    expect(await v2().usage("p")).toEqual({
      cpuNs: 1_500_000,
      memoryBytes: 5000,
      workingSetBytes: 3500,
      rssBytes: 3000,
    });
    expect(await v2().usage("gone")).toBeUndefined();
  });
});
