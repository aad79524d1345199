// A node's host side on the real machine: our containerd with our images, sandboxes by CRI, survival, and clearing away.
// Everything lives in temporary data directories; two nodes run beside each other. Needs root and the packages.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { silentLogger } from "@skates/component-base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { busyboxImageSpec } from "./busybox-image.ts";
import { cgroupMounts } from "./cgroup-mounts.ts";
import { openCgroups, podCgroup } from "./cgroups.ts";
import { defaultRouteMtu, writeCni } from "./cni.ts";
import {
  findContainerd,
  type RunningContainerd,
  startContainerd,
  stopContainerd,
  superviseContainerd,
} from "./containerd.ts";
import { type TestPod, testCri } from "./cri-testing.ts";
import { deleteNodeState, isShim } from "./delete-node.ts";
import { detectHost, type Host } from "./detect-host.ts";
import { type ImageFile, imageArchive } from "./image-archive.ts";
import { startImageRegistry } from "./image-registry.ts";
import { ensurePauseImage, importImage } from "./import-image.ts";
import { isBelow, listMounts, unmountBelow } from "./mounts.ts";
import { type NodePaths, nodePaths } from "./node-paths.ts";
import { PAUSE_IMAGE } from "./pause-image.ts";
import { forwardingDropped, forwardingRemoval, forwardingRules } from "./pod-forwarding.ts";
import { writePodMasquerade } from "./pod-masquerade.ts";
import { listProcesses, processEnded, readProcess } from "./processes.ts";
import { runCommand } from "./run-command.ts";

const signal = new AbortController().signal;
const question = { dataDir: tmpdir(), busybox: true };
const host: Host | undefined = process.platform === "linux" ? await detectHost(question, signal) : undefined;
const errors =
  host === undefined ? ["not Linux"] : host.findings.filter(({ level }) => level === "error").map(({ text }) => text);
const able = errors.length === 0;
if (!able) process.stderr.write(`skipped: no real containers on this machine: ${errors.join("; ")}\n`);

const IMAGE = "skates.local/busybox:e2e";
const base = mkdtempSync(join(tmpdir(), "skates-host-"));

/** A node of its own, up to the point where a kubelet would take over. */
async function startNode(name: string, podCidr: string): Promise<{ paths: NodePaths; containerd: RunningContainerd }> {
  const dataDir = join(base, name);
  mkdirSync(dataDir, { recursive: true });
  const paths = nodePaths(dataDir);
  await writeCni(paths, { podCidr, mtu: await defaultRouteMtu(), hostPorts: true });
  await writePodMasquerade(paths, { podCidr, clusterCidr: "10.240.0.0/13" }, signal);
  const containerd = await startContainerd(optionsOf(paths), signal);
  await ensurePauseImage(containerd, signal);
  return { paths, containerd };
}

function optionsOf(paths: NodePaths): Parameters<typeof startContainerd>[0] {
  const cniBinDir = host?.cniBinDir ?? "";
  const { snapshotter = "native", restrictOomScore = true } = host ?? {};
  return { paths, cniBinDir, snapshotter, restrictOomScore, log: silentLogger };
}

function podOf(paths: NodePaths, name: string, more: Partial<TestPod> = {}): TestPod {
  const cgroupParent = `/${podCgroup(paths.cgroupRoot, "Burstable", `uid-${name}`)}`;
  return { name, cgroupParent, logDir: join(paths.podLogsDir, name), ...more };
}

async function loadBusybox(containerd: RunningContainerd, files: readonly ImageFile[] = []): Promise<void> {
  const file = join(base, `busybox-${Date.now()}.tar`);
  writeFileSync(file, await imageArchive(await busyboxImageSpec({ name: IMAGE, files }, signal)));
  expect(await importImage(containerd, file, signal)).toEqual([IMAGE]);
}

/** All of this machine that a node could leave behind. */
async function traces(): Promise<Record<string, readonly string[]>> {
  const list = (dir: string): readonly string[] => (existsSync(dir) ? readdirSync(dir).sort() : []);
  const run = async (...command: [string, ...string[]]): Promise<readonly string[]> =>
    (await runCommand(command, {}, signal)).split("\n");
  return {
    processes: (await listProcesses())
      .filter(({ args }) => args.some((arg) => arg.includes(base)))
      .map(({ args }) => args.join(" ")),
    mounts: (await listMounts()).map(({ point }) => point).filter((point) => isBelow(point, base)),
    namespaces: list("/run/netns"),
    links: (await run("ip", "-o", "link")).map((line) => line.split(":")[1]?.trim() ?? "").sort(),
    routes: await run("ip", "-4", "route"),
    tables: await run("nft", "list", "tables"),
    cgroups: cgroupMounts(await listMounts()).hierarchies.flatMap(({ dir }) =>
      list(dir).map((name) => `${dir}/${name}`),
    ),
    sockets: list("/run/containerd/s"),
    results: list("/var/lib/cni/results"),
    run: list("/run"),
  };
}

/** Tries again for a while: for what another process does in its own time. */
async function eventually<T>(look: () => Promise<T> | T, wanted: (value: T) => boolean): Promise<T> {
  const until = performance.now() + 10_000;
  for (;;) {
    const value = await look();
    if (wanted(value) || performance.now() > until) return value;
    await sleep(20);
  }
}

describe.skipIf(!able)("a node's host side", () => {
  let before: Awaited<ReturnType<typeof traces>>;
  let first: Awaited<ReturnType<typeof startNode>>;
  let second: Awaited<ReturnType<typeof startNode>>;

  beforeAll(async () => {
    before = await traces();
    first = await startNode("first", "10.246.0.0/24");
    second = await startNode("second", "10.247.0.0/24");
    await loadBusybox(first.containerd, [{ path: "www/index.html", content: Buffer.from("hello\n"), mode: 0o644 }]);
  });

  afterAll(async () => {
    for (const name of ["first", "second"]) await deleteNodeState(nodePaths(join(base, name)), silentLogger, signal);
    rmSync(base, { recursive: true, force: true });
  });

  it("runs two containerds beside each other, each with our sandbox image", async () => {
    expect(first.containerd.pid).not.toBe(second.containerd.pid);
    const again = await startContainerd(optionsOf(first.paths), signal);
    expect(again).toMatchObject({ pid: first.containerd.pid, adopted: true });
    expect(await ensurePauseImage(second.containerd, signal)).toBe(PAUSE_IMAGE);
  });

  it("runs a sandbox whose process 1 takes in orphans", async () => {
    const cri = testCri(first.containerd.socket);
    const pod = podOf(first.paths, "reaping", { pidMode: 0 });
    const sandbox = await cri.runSandbox(pod);
    // The inner shell ends at once and leaves a child, which process 1 must take in when it ends in turn.
    const container = await cri.run(pod, sandbox, IMAGE, ["sh", "-c", "(sleep 0.2 &) ; exec sleep 600"]);
    const names = async (): Promise<string> => (await cri.exec(container, ["ps", "-o", "pid,comm,stat"])).stdout;
    expect(await names()).toMatch(/^ +1 pause +S/m);
    const left = await eventually(names, (text) => !/sleep +Z/.test(text) && text.split("sleep").length === 2);
    expect(left.split("sleep").length).toBe(2);
    expect(left).not.toMatch(/ Z/);
    await cri.stopSandbox(sandbox);
    expect(await cri.containerState(container)).toMatchObject({ exitCode: 137 });
    await cri.removeSandbox(sandbox);
  });

  it("connects pods with each other, with the node and by host port", async () => {
    const cri = testCri(first.containerd.socket);
    const web = podOf(first.paths, "web", { hostPort: 28_080, port: 80 });
    const webSandbox = await cri.runSandbox(web);
    await cri.run(web, webSandbox, IMAGE, ["httpd", "-f", "-p", "80", "-h", "/www"]);
    const other = podOf(first.paths, "other");
    const otherSandbox = await cri.runSandbox(other);
    const otherContainer = await cri.run(other, otherSandbox, IMAGE, ["sleep", "600"]);
    const address = await cri.sandboxIp(webSandbox);
    expect(address).toMatch(/^10\.246\.0\.\d+$/);
    const fetched = await eventually(
      async () => (await cri.exec(otherContainer, ["wget", "-qO-", `http://${address}/`])).stdout,
      (text) => text !== "",
    );
    expect(fetched).toBe("hello\n");
    expect(await (await fetch(`http://${address}/`)).text()).toBe("hello\n");
    const nodeAddress = (await runCommand(["hostname", "-I"], {}, signal)).split(" ")[0] ?? "";
    expect(await (await fetch(`http://${nodeAddress}:28080/`)).text()).toBe("hello\n");
    for (const sandbox of [webSandbox, otherSandbox]) await cri.removeSandbox(sandbox);
  });

  it("limits a pod and reads its usage", async () => {
    const cri = testCri(first.containerd.socket);
    const cgroups = openCgroups(cgroupMounts(await listMounts()));
    const pod = podOf(first.paths, "limited");
    const path = pod.cgroupParent.slice(1);
    await cgroups.ensure(path, { cpuShares: 512, cpuQuotaUs: 50_000, memoryBytes: 64 * 1024 * 1024 });
    const sandbox = await cri.runSandbox(pod);
    const container = await cri.run(pod, sandbox, IMAGE, ["sleep", "600"]);
    const { pid } = await cri.containerState(container);
    expect(await cgroups.processes(path)).toContain(pid);
    const usage = await cgroups.usage(path);
    expect(usage?.cpuNs).toBeGreaterThan(0);
    expect(usage?.workingSetBytes).toBeGreaterThan(0);
    expect(usage?.workingSetBytes).toBeLessThan(64 * 1024 * 1024);
    const burn = await cri.exec(container, [
      "sh",
      "-c",
      "dd if=/dev/zero of=/dev/null bs=1M count=2000 2>/dev/null; tail /dev/zero; echo $?",
    ]);
    expect(burn.stdout).toBe("137\n"); // tail wanted more than the pod's memory
    await cri.removeSandbox(sandbox);
    await eventually(
      () => cgroups.processes(path),
      (pids) => pids.length === 0,
    );
    await cgroups.remove(path);
    expect(await cgroups.usage(path)).toBeUndefined();
  });

  it("pulls from a registry on localhost", async () => {
    await using registry = await startImageRegistry();
    const name = `${registry.host}/team/app:1`;
    await registry.put(await busyboxImageSpec({ name, command: ["sleep", "5"] }, signal));
    const cri = testCri(first.containerd.socket);
    expect(await cri.pull(name)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(registry.requests()).toContain("/v2/team/app/manifests/1");
    await expect(cri.pull(`${registry.host}/team/app:2`)).rejects.toThrow(/not found/);
  });

  it("refuses a broken archive and loads nothing", async () => {
    const file = join(base, "broken.tar");
    writeFileSync(file, "no tar");
    await expect(importImage(first.containerd, file, signal)).rejects.toMatchObject({ code: "ImageArchiveInvalid" });
  });

  it("loads a docker-archive and a layout that is named by its reference only", async () => {
    const whole = join(base, "whole.tar");
    const dir = mkdtempSync(join(base, "tar-"));
    writeFileSync(
      whole,
      await imageArchive({ name: "example.com/a:1", files: [{ path: "f", content: Buffer.from("x"), mode: 0o600 }] }),
    );
    await runCommand(["tar", "-C", dir, "-xf", whole], {}, signal);
    rmSync(join(dir, "oci-layout"));
    const index = readFileSync(join(dir, "index.json"), "utf8");
    rmSync(join(dir, "index.json"));
    const manifest = readFileSync(join(dir, "manifest.json"), "utf8");
    writeFileSync(join(dir, "manifest.json"), manifest.replace("example.com/a:1", "docker-archive:2"));
    await runCommand(["tar", "-C", dir, "-cf", join(base, "docker.tar"), "."], {}, signal);
    expect(await importImage(first.containerd, join(base, "docker.tar"), signal)).toEqual([
      "docker.io/library/docker-archive:2",
    ]);
    rmSync(join(dir, "manifest.json"));
    writeFileSync(join(dir, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
    const renamed = index
      .replace('"io.containerd.image.name":"example.com/a:1",', "")
      .replace(':"1"}', ':"quay.io/b/c:3"}');
    writeFileSync(join(dir, "index.json"), renamed);
    await runCommand(["tar", "-C", dir, "-czf", join(base, "layout.tgz"), "."], {}, signal);
    expect(await importImage(first.containerd, join(base, "layout.tgz"), signal)).toEqual(["quay.io/b/c:3"]);
  });

  it("keeps containers running when containerd stops, is killed, or is started again by its supervisor", async () => {
    const pod = podOf(first.paths, "survivor");
    let cri = testCri(first.containerd.socket);
    const sandbox = await cri.runSandbox(pod);
    const container = await cri.run(pod, sandbox, IMAGE, ["sleep", "600"]);
    const { pid } = await cri.containerState(container);
    await stopContainerd(first.paths, signal);
    expect(await findContainerd(first.paths)).toBeUndefined();
    expect(await readProcess("/proc", pid)).toBeDefined();
    const again = await startContainerd(optionsOf(first.paths), signal);
    expect(again.adopted).toBe(false);
    cri = testCri(again.socket);
    expect(await cri.containerState(container)).toMatchObject({ state: 1, pid });

    const supervisor = new AbortController();
    const supervised = superviseContainerd(optionsOf(first.paths), supervisor.signal);
    const running = await findContainerd(first.paths);
    process.kill(again.pid, "SIGKILL");
    expect(running !== undefined && (await processEnded(running, 5_000, signal))).toBe(true);
    const back = await eventually(
      () => findContainerd(first.paths),
      (found) => found !== undefined,
    );
    expect(back?.pid).not.toBe(again.pid);
    await eventually(
      () => cri.containerState(container).catch(() => undefined),
      (state) => state !== undefined,
    );
    expect(await cri.containerState(container)).toMatchObject({ state: 1, pid });
    supervisor.abort();
    await supervised;
    await cri.removeSandbox(sandbox);
  });

  it("comes back after a power cut: sandboxes are known, can be removed, and give their addresses back", async () => {
    const { paths } = await startNode("cut", "10.245.0.0/24");
    const before = testCri(paths.containerd.socket);
    const pod = podOf(paths, "cut");
    const sandbox = await before.runSandbox(pod);
    const address = await before.sandboxIp(sandbox);
    // As after a boot: processes and mounts are gone, files are as they were, and the boot has another id.
    process.kill((await findContainerd(paths))?.pid ?? 0, "SIGKILL");
    for (const { pid, args } of await listProcesses())
      if (isShim(args, paths.containerd.socket)) process.kill(pid, "SIGKILL");
    for (const pid of await openCgroups(cgroupMounts(await listMounts())).processes(paths.cgroupRoot))
      process.kill(pid, "SIGKILL");
    await eventually(
      () => findContainerd(paths),
      (found) => found === undefined,
    );
    await unmountBelow([paths.dataDir], signal);
    writeFileSync(join(paths.containerd.dir, "boot-id"), "another\n");
    const { socket } = await startContainerd(optionsOf(paths), signal);
    const cri = testCri(socket);
    await cri.stopSandbox(sandbox);
    await cri.removeSandbox(sandbox);
    expect(readdirSync(join(paths.cniStateDir, `skates-${paths.id}`))).not.toContain(address);
    const next = await cri.runSandbox(pod);
    expect(await cri.sandboxIp(next)).toMatch(/^10\.245\.0\./);
    await deleteNodeState(paths, silentLogger, signal);
  });

  it("takes a data directory with a long name and blanks in it", async () => {
    const { paths, containerd } = await startNode(`a ${"long ".repeat(25)}name`, "10.244.0.0/24");
    expect(paths.containerd.shortDir).toBe(`/run/skates-${paths.id}`);
    await loadBusybox(containerd);
    const cri = testCri(containerd.socket);
    const pod = podOf(paths, "long");
    const container = await cri.run(pod, await cri.runSandbox(pod), IMAGE, ["sleep", "600"]);
    expect((await cri.exec(container, ["echo", "hello"])).stdout).toBe("hello\n");
    await deleteNodeState(paths, silentLogger, signal);
  });

  it("writes rules that the kernel takes, where forwarding is dropped", async () => {
    const rules = forwardingRules("", "0a1b2c3d", "10.244.0.0/16") ?? "";
    const script = `iptables -P FORWARD DROP; printf '%s' '${rules}' | iptables-restore --noflush && iptables-save -t filter`;
    const saved = await runCommand(["unshare", "--net", "sh", "-c", script], {}, signal);
    expect(forwardingDropped(saved)).toBe(true);
    expect(forwardingRules(saved, "0a1b2c3d", "10.244.0.0/16")).toBeUndefined();
    const removal = forwardingRemoval(saved, "0a1b2c3d") ?? "";
    const undone = `${script} >/dev/null; printf '%s' '${removal}' | iptables-restore --noflush && iptables-save -t filter`;
    expect(await runCommand(["unshare", "--net", "sh", "-c", undone], {}, signal)).not.toContain("0a1b2c3d");
  });

  it("says why containerd does not start", async () => {
    const dataDir = join(base, "broken");
    const paths = nodePaths(dataDir);
    mkdirSync(paths.containerd.dir, { recursive: true });
    writeFileSync(paths.containerd.root, "a file where a folder should be");
    await expect(startContainerd(optionsOf(paths), signal)).rejects.toThrow(/EEXIST|ENOTDIR|not a directory/);
    rmSync(paths.containerd.root);
    const started = startContainerd(
      { ...optionsOf(paths), cniBinDir: "/usr/lib/cni", snapshotter: "btrfs" as never },
      signal,
    );
    await expect(started).rejects.toMatchObject({
      code: "ContainerdFailed",
      message: expect.stringMatching(/CRI plugin.*\n.*btrfs/s),
    });
    await eventually(
      () => findContainerd(paths),
      (found) => found === undefined,
    );
    await deleteNodeState(paths, silentLogger, signal);
  });

  it("clears a node away after a crash, and leaves the other alone", async () => {
    const cri = testCri(first.containerd.socket);
    const beside = testCri(second.containerd.socket);
    const besideSandbox = await beside.runSandbox(podOf(second.paths, "beside", { hostPort: 28_082, port: 80 }));
    const mine: number[] = [];
    for (const name of ["left", "orphaned"]) {
      const pod = podOf(first.paths, name, {
        hostPort: name === "left" ? 28_081 : 28_083,
        port: 80,
        pidMode: name === "left" ? 1 : 2,
      });
      const sandbox = await cri.runSandbox(pod);
      const container = await cri.run(pod, sandbox, IMAGE, ["sh", "-c", "sleep 600 & sleep 700"]);
      mine.push((await cri.containerState(container)).pid);
    }
    // Nobody is left to clear up: containerd and one shim are killed, so that its container has no parent of ours.
    const all = await listProcesses();
    const shim = all.find(({ pid }) => pid === all.find((each) => each.pid === mine[1])?.parentPid);
    expect(shim?.args[0]).toMatch(/containerd-shim/);
    for (const pid of [(await findContainerd(first.paths))?.pid, shim?.pid])
      if (pid !== undefined) process.kill(pid, "SIGKILL");
    const deleted = await deleteNodeState(first.paths, silentLogger, signal);
    expect(deleted.processes).toBeGreaterThanOrEqual(7); // two sandboxes, two shells, their sleeps, one shim
    expect(deleted.tables).toEqual([`ip skates_${first.paths.id}_pods`]);
    for (const pid of mine) expect(await readProcess("/proc", pid)).toBeUndefined();
    expect(readdirSync(first.paths.dataDir)).toEqual([]);
    expect(await beside.sandboxIp(besideSandbox)).toMatch(/^10\.247\.0\./);
    const rules = await runCommand(["iptables-save", "-t", "nat"], {}, signal);
    expect([rules.includes(first.paths.id), rules.includes(second.paths.id)]).toEqual([false, true]);
  });

  it("leaves nothing on the machine once all nodes are gone", async () => {
    await deleteNodeState(second.paths, silentLogger, signal);
    await deleteNodeState(second.paths, silentLogger, signal);
    const shown = { ...before, cgroups: [], run: [] };
    const after = await traces();
    expect({ ...after, cgroups: [], run: [] }).toEqual(shown);
    expect(
      after["cgroups"]?.filter(
        (path) =>
          /kubepods-(?:[0-9a-f]{8})$/.test(path) && [first, second].some(({ paths }) => path.endsWith(paths.id)),
      ),
    ).toEqual([]);
    expect(after["run"]).toEqual(before["run"]);
  });
});
