// up, down, delete and their failures; kill -9 of everything; a second cluster beside the first.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { nodePaths } from "@skates/kubelet/node";
import { afterAll, expect, test } from "vitest";
import { apply, cluster, deployment, jsonPath, ok, useNamespace, webServer } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./global-setup.ts";
import { run, skates } from "./skates.ts";

const ns = useNamespace("lifecycle");
const root = mkdtempSync("/tmp/sk-two-");
const second = join(root, "data");
afterAll(async () => {
  await skates(["delete", "--yes", "--data-dir", second]);
  rmSync(root, { recursive: true, force: true });
});

/** Pids of Skates' processes and containerd of a cluster, by their command lines. */
function processesOf(dataDir: string): readonly number[] {
  const words = [dataDir, nodePaths(dataDir).containerd.config];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const argv = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return pid !== process.pid && !/shim/.test(argv[0] ?? "") && words.some((word) => argv.includes(word));
      } catch {
        return false; // ended meanwhile
      }
    });
}

test("a second up says what is running and exits with 0", async () => {
  const ran = await skates(["up", "--no-merge", "--data-dir", cluster.dataDir]);
  expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining("already running")]);
});

test("status tells all; a directory without a cluster is 'not running', 3", async () => {
  const ran = await skates(["status", "--data-dir", cluster.dataDir]);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(
    /server\s+running, pid \d+\nagent\s+running, pid \d+\nAPI\s+https:\/\/127\.0\.0\.1:\d+, ready\nnode\s+\S+, Ready/,
  );
  const none = await skates(["status", "--data-dir", second]);
  expect([none.code, none.stderr]).toEqual([
    3,
    `skates: there is no cluster in ${second}: run 'skates up' to make one\n`,
  ]);
});

test("why tells what keeps a pod from every node, and what would help", async () => {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "homeless", namespace: ns },
    spec: { nodeSelector: { "example.com/disk": "ssd" }, containers: [{ name: "main", image: "busybox" }] },
  };
  await apply(pod);
  const ran = await skates(["why", "homeless", "--namespace", ns, "--data-dir", cluster.dataDir]);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(
    /NodeAffinity rules out 1 of 1 nodes:\n {2}node\(s\) didn't match Pod's node affinity\/selector: /,
  );
  expect(ran.stdout).toMatch(/the smallest change .*:\n {2}label node \S+ with example\.com\/disk=ssd/);
  await ok(["-n", ns, "delete", "pod/homeless"]);
  const none = await skates(["why", "nobody", "--data-dir", cluster.dataDir]);
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("there is no pod nobody in namespace default")]);
});

test("wrong usage is named, and exits with 2", async () => {
  for (const [args, message] of [
    [["nonsense"], "unknown command \"nonsense\": see 'skates help'"],
    [["up", "--nope"], "unknown flag --nope: see 'skates up --help'"],
    [["up", "--runtime", "x"], 'invalid value "x" for flag --runtime: containerd or simulated'],
    [["image", "load"], "usage: skates image load FILE"],
  ] as const) {
    const ran = await skates(args);
    expect([ran.code, ran.stderr]).toEqual([2, `skates: ${message}\n`]);
  }
});

test("a port in use is named with its remedy, and nothing is left of the attempt", async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  const ran = await skates(["up", "--no-merge", "--data-dir", second, "--api-port", String(port)]);
  server.close();
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain(
    `skates: port ${port} for the API is in use or not allowed: name a free one with --api-port N`,
  );
  expect(existsSync(join(second, "cluster.json"))).toBe(false);
});

test("the demo succeeds, twice", async () => {
  for (let i = 0; i < 2; i++) {
    const ran = await skates(["demo", "--data-dir", cluster.dataDir]);
    expect(ran.stderr).toBe("");
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining("Hello from skates-demo-")]);
  }
});

test("after kill -9 of everything, up brings back the same objects and adopts the running containers", async () => {
  await apply(deployment(ns, "kept", { replicas: 2, container: webServer("kept") }));
  await ok(["-n", ns, "rollout", "status", "deployment/kept", "--timeout=60s"]);
  const seen = (): Promise<string> =>
    jsonPath(
      ["-n", ns, "pods"],
      '{range .items[*]}{.metadata.uid} {.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}{"\\n"}{end}',
    );
  const before = await seen();
  const pids = processesOf(cluster.dataDir);
  expect(pids.length).toBe(5); // server and agent, what keeps each of them, and containerd
  for (const pid of pids) process.kill(pid, "SIGKILL");
  await eventually("all to end", () => Promise.resolve(processesOf(cluster.dataDir).length === 0 || undefined));
  const down = await skates(["status", "--data-dir", cluster.dataDir]);
  expect([down.code, down.stderr]).toEqual([3, expect.stringContaining("is not running: run 'skates up' to start it")]);
  const up = await skates(["up", "--no-merge", "--data-dir", cluster.dataDir]);
  expect([up.code, up.stderr]).toEqual([0, ""]);
  await ok(["-n", ns, "rollout", "status", "deployment/kept", "--timeout=60s"]);
  expect(await seen()).toBe(before);
});

test("down leaves pods running, and up adopts them", async () => {
  const seen = (): Promise<string> =>
    jsonPath(
      ["-n", ns, "pods"],
      '{range .items[*]}{.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}{"\\n"}{end}',
    );
  const address = await jsonPath(["-n", ns, "pods"], "{.items[0].status.podIP}");
  const before = await seen();
  expect((await skates(["down", "--data-dir", cluster.dataDir])).code).toBe(0);
  expect(processesOf(cluster.dataDir)).toEqual([]);
  expect((await run("curl", ["-s", "--max-time", "5", `http://${address}:8080/`])).stdout).toMatch(/^kept /);
  expect((await skates(["down", "--data-dir", cluster.dataDir])).code).toBe(3);
  expect((await skates(["up", "--no-merge", "--data-dir", cluster.dataDir])).code).toBe(0);
  await ok(["-n", ns, "rollout", "status", "deployment/kept", "--timeout=60s"]);
  expect(await seen()).toBe(before);
});

test("a dead containerd is started again, and pods go on", async () => {
  const { config } = nodePaths(cluster.dataDir).containerd;
  const find = (): number | undefined =>
    processesOf(cluster.dataDir).find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(config),
    );
  const before = find();
  expect(before).toBeDefined();
  process.kill(before ?? 0, "SIGKILL");
  await eventually("another containerd", () =>
    Promise.resolve(find() !== undefined && find() !== before ? true : undefined),
  );
  await ok(["-n", ns, "rollout", "restart", "deployment/kept"]);
  await ok(["-n", ns, "rollout", "status", "deployment/kept", "--timeout=90s"]);
});

/** Lines by the sort of thing that they name. */
type Traces = Readonly<Record<string, readonly string[]>>;

/** Everything of a machine that a cluster may leave behind. */
async function traces(): Promise<Traces> {
  const lines = async (program: string, ...args: string[]): Promise<readonly string[]> =>
    (await run(program, args)).stdout.trim().split("\n").sort();
  const cgroups = (await lines("find", "/sys/fs/cgroup", "-type", "d", "-name", "kubepods*")).concat(
    await lines("find", "/sys/fs/cgroup", "-type", "d", "-name", "*skates*"),
  );
  return {
    mounts: await lines("sh", "-c", "cut -d' ' -f5 /proc/self/mountinfo"),
    tables: await lines("nft", "list", "tables"),
    routes: await lines("ip", "route"),
    links: await lines("sh", "-c", "ip -o link | cut -d: -f2 | cut -d@ -f1"),
    namespaces: await lines("sh", "-c", "ls /run/netns 2>/dev/null"),
    cgroups,
    processes: (
      await lines("sh", "-c", "ps -eo args | grep -E 'containerd|skates.mjs' | grep -v -E 'grep|vitest|ps -eo|defunct'")
    ).map((line) => line.slice(0, 200)),
    shims: await lines("sh", "-c", "ls /run/containerd/s 2>/dev/null"),
    files: await lines("sh", "-c", "ls -d /run/skates* /var/lib/skates-clusters/* /var/lib/cni/results/* 2>/dev/null"),
  };
}

test("a second cluster runs beside the first with ranges of its own, and delete leaves nothing of it", async () => {
  const before = await traces();
  const up = await skates(["up", "--no-merge", "--data-dir", second, "--api-port", String(await freePort())]);
  expect([up.code, up.stderr]).toEqual([0, ""]);
  const demo = await skates(["demo", "--data-dir", second]);
  expect([demo.code, demo.stdout]).toEqual([0, expect.stringContaining("Hello from skates-demo-")]);
  const addresses = await skates([
    "--data-dir",
    second,
    "kubectl",
    "get",
    "service",
    "kubernetes",
    "-o",
    "jsonpath={.spec.clusterIP}",
  ]);
  expect(addresses.stdout).toMatch(/^10\.(9[7-9]|10\d)\.0\.1$/);
  const gone = await skates(["delete", "--yes", "--data-dir", second]);
  expect([gone.code, gone.stderr]).toEqual([0, ""]);
  expect(existsSync(second)).toBe(false);
  expect(added(before, await traces())).toEqual({});
});

/** What is there now and was not before, by its sort; what others took away meanwhile does not count. */
function added(before: Traces, now: Traces): Traces {
  const out = Object.entries(now).map(
    ([sort, lines]) => [sort, lines.filter((line) => before[sort]?.includes(line) !== true)] as const,
  );
  return Object.fromEntries(out.filter(([, lines]) => lines.length > 0));
}

test("simulated nodes need no containers", async () => {
  const port = String(await freePort());
  const up = await skates(["up", "--no-merge", "--data-dir", second, "--api-port", port, "--simulate-nodes", "3"]);
  expect([up.code, up.stderr]).toEqual([0, ""]);
  const demo = await skates(["demo", "--data-dir", second]);
  expect([demo.code, demo.stdout]).toEqual([0, expect.stringContaining("the containers are simulated")]);
  const nodes = await skates(["--data-dir", second, "kubectl", "get", "nodes", "--no-headers"]);
  expect(nodes.stdout.trim().split("\n")).toHaveLength(3);
  expect((await skates(["delete", "--yes", "--data-dir", second])).code).toBe(0);
});
