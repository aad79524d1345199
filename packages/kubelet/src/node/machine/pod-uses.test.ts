// What is measured of a machine and of its pods: a temporary directory, a runtime that tells of layers, counted cgroups.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pod } from "@skates/api/core/v1";
import { virtualClock } from "@skates/component-base";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CONTAINER_NAME, POD_UID } from "../../pod/labels.ts";
import { SimulatedRuntime } from "../../simulated/simulated-runtime.ts";
import { nodePaths } from "../host/node-paths.ts";
import { podPaths } from "../pod-host/pod-paths.ts";
import { observeNode } from "./observe-node.ts";
import { podUses, type PodUsesDeps } from "./pod-uses.ts";

const { signal } = new AbortController();
const MEBIBYTE = 1024 * 1024;
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "uses-"));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

class WritingRuntime extends SimulatedRuntime {
  override containerStats() {
    const none = { timestampMs: 0, cpuNanoseconds: 0, usageBytes: 0, rssBytes: 0, pageFaults: 0, majorPageFaults: 0 };
    const labels = { [POD_UID]: "u", [CONTAINER_NAME]: "a" };
    const own = { workingSetBytes: 5, writableLayerBytes: 3 * MEBIBYTE, writableLayerInodes: 7 };
    return Promise.resolve([{ containerId: "c", labels, ...none, ...own }]);
  }
}

const pod = (uid: string): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: "n", name: uid, uid },
  spec: {
    containers: [{ name: "a" }],
    volumes: [
      { name: "disk", emptyDir: {} },
      { name: "memory", emptyDir: { medium: "Memory" } },
    ],
  },
});

async function machine(): Promise<PodUsesDeps> {
  const paths = nodePaths(root);
  const clock = virtualClock();
  for (const dir of [paths.kubeletDir, paths.containerd.root]) await mkdir(dir, { recursive: true });
  const write = async (dir: string) => {
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, "file"), new Uint8Array(MEBIBYTE).fill(1));
  };
  for (const volume of ["disk", "memory"]) await write(podPaths(paths.kubeletDir).volume("u", "empty-dir", volume));
  await write(join(paths.podLogsDir, "n_u_u", "a"));
  return {
    runtime: new WritingRuntime({ clock, podCidr: "10.244.0.0/24", node: "n" }),
    cgroups: {
      version: 2,
      ensure: () => Promise.resolve(),
      usage: () => Promise.resolve(undefined),
      processes: (path) => Promise.resolve(path.endsWith("besteffort/podu") ? [1, 2, 3] : []),
      children: () => Promise.resolve([]),
      remove: () => Promise.resolve(),
    },
    paths,
    clock,
    pods: () => [pod("u"), pod("unknown")],
  };
}

test("layers, logs and volumes on disk count; a pod that the runtime tells nothing of is not known", async () => {
  const uses = await podUses(await machine(), "nodefs.available", signal);
  const { total = 0, containers } = uses.get("u") ?? {};
  expect([...uses.keys()]).toEqual(["u"]);
  expect(Math.round(total / MEBIBYTE)).toBe(5);
  expect(Math.round((containers?.get("a") ?? 0) / MEBIBYTE)).toBe(4);
  expect((await podUses(await machine(), "imagefs.inodesFree", signal)).get("u")?.total).toBe(9);
});

test("memory is that of the containers, processes those of the cgroup", async () => {
  const deps = await machine();
  expect(await podUses(deps, "memory.available", signal)).toEqual(
    new Map([["u", { total: 5, containers: new Map([["a", 5]]) }]]),
  );
  const processes = await podUses(deps, "pid.available", signal);
  expect([...processes].map(([uid, { total }]) => [uid, total])).toEqual([
    ["u", 3],
    ["unknown", 0],
  ]);
});

test("a machine says what it has left; a disk that is not there is left out", async () => {
  const seen = await observeNode({ nodeDir: root, imageDir: join(root, "absent") });
  expect([...seen.keys()].toSorted()).toEqual([
    "memory.available",
    "nodefs.available",
    "nodefs.inodesFree",
    "pid.available",
  ]);
  for (const { available, capacity } of seen.values()) expect(available).toBeLessThanOrEqual(capacity);
});
