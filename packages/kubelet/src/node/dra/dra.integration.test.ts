// Drivers of devices on unix sockets, the real API server in this process: registration, preparing and giving back, failures, a claim that
// two pods share, a kubelet that starts anew, versions of the service, and what is offered by drivers that go.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Node, nodes, type Pod } from "@skates/api/core/v1";
import { type ResourceClaim, type ResourceSlice, resourceSlices } from "@skates/api/resource/v1";
import { type CSINode, csiNodes } from "@skates/api/storage/v1";
import { TaskGroup } from "@skates/component-base";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { DeviceClaims } from "../../device-claims.ts";
import { noReferences } from "../../references.ts";
import { startTestCluster, type TestCluster } from "../../testing/test-cluster.ts";
import { CsiDrivers } from "../csi/csi-drivers.ts";
import { csiPaths } from "../csi/csi-paths.ts";
import { CsiVolumes } from "../csi/csi-volumes.ts";
import { runPlugins } from "../plugins/run-plugins.ts";
import { podPaths } from "../pod-host/pod-paths.ts";
import { TestDraPlugin, type TestDraPluginOptions } from "../testing/dra-plugin.ts";
import { DraDrivers } from "./dra-drivers.ts";
import { nodeDeviceClaims } from "./node-device-claims.ts";

const NAME = "gpu.dra.test";
const { signal } = new AbortController();
let cluster: TestCluster;
let dir: string;
let kubelet: { readonly claims: DeviceClaims; readonly tasks: TaskGroup };
const plugins: TestDraPlugin[] = [];
const objects = new Map<string, ResourceClaim>();

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "dra-"));
  objects.clear();
  const node: Node = { apiVersion: "v1", kind: "Node", metadata: { name: "n" }, spec: {} };
  await cluster.admin.resource<Node>(nodes).create(node, {}, signal);
  kubelet = startKubelet();
});
afterEach(async () => {
  await stopKubelet();
  for (const plugin of plugins.splice(0)) plugin.stop();
  rmSync(dir, { recursive: true, force: true });
  await cluster.admin.resource<Node>(nodes).delete({ name: "n" }, {}, signal);
  await cluster.admin.resource<CSINode>(csiNodes).delete({ name: "n" }, {}, signal);
});

function startKubelet(env = cluster.env) {
  const tasks = new TaskGroup(cluster.signal);
  const dra = new DraDrivers();
  const paths = podPaths(dir);
  const references = {
    ...noReferences,
    resourceClaim: (namespace: string, name: string) => Promise.resolve(objects.get(`${namespace}/${name}`)),
  };
  const drivers = new CsiDrivers();
  const volumes = new CsiVolumes({
    paths: csiPaths(dir, paths),
    pods: paths.pods,
    drivers,
    nodeName: "n",
    references,
    clock: env.clock,
    recorder: { event: () => undefined },
    grown: () => Promise.resolve(),
    status: { changed: () => undefined, written: () => Promise.resolve() },
  });
  const options = { client: cluster.node("n"), env, settings: { name: "n" }, paths: { kubeletDir: dir } };
  tasks.spawn((inner) => runPlugins(options, { csi: { drivers, volumes }, dra }, inner));
  const checkpoint = join(dir, "dra_manager_state");
  return { tasks, claims: nodeDeviceClaims({ drivers: dra, references, checkpoint }) };
}

async function stopKubelet(): Promise<void> {
  kubelet.tasks.stop();
  await kubelet.tasks.join();
}

async function startPlugin(options: Partial<TestDraPluginOptions> = {}): Promise<TestDraPlugin> {
  const plugin = new TestDraPlugin({ name: NAME, kubeletDir: dir, ...options });
  plugins.push(plugin);
  await plugin.start();
  await cluster.until("the plugin is told", () => plugin.statuses[0]);
  return plugin;
}

const pod = (uid: string, ...claims: readonly string[]): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: `p-${uid}`, namespace: "ns", uid },
  spec: {
    containers: [{ name: "c", resources: { claims: claims.map((name) => ({ name })) } }],
    resourceClaims: claims.map((name) => ({ name, resourceClaimName: name })),
  },
});

/** A claim of devices of the driver, which these pods may use. */
function addClaim(
  name: string,
  users: readonly string[],
  drivers: readonly string[] = [NAME],
  uid = `uid-${name}`,
): void {
  objects.set(`ns/${name}`, {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaim",
    metadata: { name, namespace: "ns", uid },
    spec: {},
    status: {
      allocation: { devices: { results: drivers.map((driver) => ({ driver, request: "r", pool: "n", device: "d" })) } },
      reservedFor: users.map((user) => ({ resource: "pods", name: `p-${user}`, uid: user })),
    },
  });
}

const cdi = (one: Pod) => kubelet.claims.cdiNames(one, one.spec.containers[0] ?? { name: "" });

test("claims are prepared once, the runtime gets their names, and they are given back with the last pod", async () => {
  const plugin = await startPlugin();
  expect(plugin.statuses).toEqual([{ pluginRegistered: true }]);
  plugin.devices = [{ requestNames: ["r"], poolName: "n", deviceName: "d", cdiDeviceIds: ["dra.test/gpu=0"] }];
  addClaim("one", ["u1", "u2"]);
  addClaim("two", ["u1"]);
  const [first, second] = [pod("u1", "one", "two"), pod("u2", "one")];
  await kubelet.claims.prepare(first, signal);
  await kubelet.claims.prepare(first, signal);
  await kubelet.claims.prepare(second, signal);
  expect([await cdi(first), await cdi(second)]).toEqual([["dra.test/gpu=0", "dra.test/gpu=0"], ["dra.test/gpu=0"]]);
  expect(await kubelet.claims.podUids()).toEqual(["u1", "u2"]);
  await kubelet.claims.unprepare("u1", signal);
  await kubelet.claims.unprepare("u1", signal);
  await kubelet.claims.unprepare("u2", signal);
  expect([plugin.calls, [...plugin.prepared], await kubelet.claims.podUids()]).toEqual([
    [
      "v1 prepare ns/one uid-one",
      "v1 prepare ns/two uid-two",
      "v1 unprepare ns/two uid-two",
      "v1 unprepare ns/one uid-one",
    ],
    [],
    [],
  ]);
  await expect(cdi(first)).rejects.toThrow("ResourceClaim one in namespace ns is not prepared");
});

test("a pod waits for its driver, its claim and its leave, and nothing is noted of it so long", async () => {
  const refusal = async (one: Pod) =>
    await kubelet.claims.prepare(one, signal).then(
      () => undefined,
      (error: Error) => error.message,
    );
  const holder = pod("u1", "one");
  const missing = await refusal(holder);
  addClaim("one", ["other"]);
  const foreign = await refusal(holder);
  addClaim("one", ["u1"]);
  const driverless = await refusal(holder);
  expect([missing, foreign, driverless, await kubelet.claims.podUids()]).toEqual([
    'prepare dynamic resources: fetch ResourceClaim one: resourceclaims.resource.k8s.io "one" not found',
    "prepare dynamic resources: pod p-u1 (u1) is not allowed to use ResourceClaim one (uid-one)",
    `prepare dynamic resources: DRA driver ${NAME} is not registered`,
    [],
  ]);
  const plugin = await startPlugin();
  plugin.error = "no such thing";
  expect(await refusal(holder)).toBe(
    "prepare dynamic resources: NodePrepareResources failed for ResourceClaim one: no such thing",
  );
  plugin.error = "";
  plugin.silent = true;
  expect(await refusal(holder)).toBe("prepare dynamic resources: NodePrepareResources skipped 1 ResourceClaims");
  // What the driver may have done is given back all the same.
  await expect(kubelet.claims.unprepare("u1", signal)).rejects.toThrow(
    "unprepare dynamic resources: NodeUnprepareResources skipped 1 ResourceClaims",
  );
  plugin.silent = false;
  expect(await refusal(holder)).toBeUndefined();
  addClaim("one", ["u2"], [NAME], "another");
  expect(await refusal(pod("u2", "one"))).toBe(
    "prepare dynamic resources: old ResourceClaim with same name one and different UID uid-one still exists (previous pod force-deleted?!)",
  );
});

test("another kubelet knows what is prepared, asks the driver once more when it must, and gives it back", async () => {
  const plugin = await startPlugin();
  plugin.devices = [{ poolName: "n", deviceName: "d", cdiDeviceIds: ["dra.test/gpu=0"] }];
  addClaim("one", ["u1"]);
  const holder = pod("u1", "one");
  await kubelet.claims.prepare(holder, signal);
  await stopKubelet();
  const told = plugin.statuses.length;
  kubelet = startKubelet();
  expect([await cdi(holder), await kubelet.claims.podUids()]).toEqual([["dra.test/gpu=0"], ["u1"]]);
  await cluster.until("the plugin is taken again", () => plugin.statuses[told]);
  await kubelet.claims.prepare(holder, signal);
  await kubelet.claims.unprepare("u1", signal);
  expect(plugin.calls).toEqual(["prepare", "prepare", "unprepare"].map((what) => `v1 ${what} ns/one uid-one`));
  await stopKubelet();
  writeFileSync(join(dir, "dra_manager_state"), "{}");
  kubelet = startKubelet();
  await expect(kubelet.claims.podUids()).rejects.toThrow("drain the node, and remove the file");
});

test("an older service will do; of two plugins of a driver the newer is asked; what cannot be is refused", async () => {
  const old = await startPlugin({ versions: ["v1beta1.DRAPlugin"] });
  addClaim("one", ["u1"]);
  await kubelet.claims.prepare(pod("u1", "one"), signal);
  const next = await startPlugin({ socket: "newer" });
  await kubelet.claims.unprepare("u1", signal);
  expect([old.calls, next.calls]).toEqual([["v1beta1 prepare ns/one uid-one"], ["v1 unprepare ns/one uid-one"]]);
  const refused = await startPlugin({ name: "odd.dra.test", versions: ["1.0.0"] });
  expect(refused.statuses[0]?.error).toContain('none of services supported by the plugin (["1.0.0"])');
});

test("what a driver offers of this node goes when the driver does, and stays while it is replaced", async () => {
  await stopKubelet();
  const { clock } = cluster.env;
  // Half a minute passes in half a second.
  const sleep = (ms: number, s: AbortSignal) => clock.sleep(ms >= 5000 ? ms / 60 : ms, s);
  const quick = { nowMs: () => clock.nowMs(), monotonicMs: () => clock.monotonicMs(), sleep };
  const api = cluster.admin.resource<ResourceSlice>(resourceSlices);
  const offer = (driver: string, node = "n") =>
    api.create(
      {
        apiVersion: "resource.k8s.io/v1",
        kind: "ResourceSlice",
        metadata: { name: `${driver}-${node}` },
        spec: { driver, nodeName: node, pool: { name: node, generation: 1, resourceSliceCount: 1 }, devices: [] },
      },
      {},
      signal,
    );
  const offered = async () => (await api.list({}, signal)).items.map(({ metadata }) => metadata.name);
  await offer("stale.test");
  await offer(NAME, "elsewhere");
  kubelet = startKubelet({ ...cluster.env, clock: quick });
  await cluster.until("what was offered before goes", async () => ((await offered()).length === 1 ? true : undefined));
  const plugin = await startPlugin();
  await offer(NAME);
  await offer("other.test");
  plugin.stop();
  const next = await startPlugin();
  await clock.sleep(1000, signal);
  expect(await offered()).toEqual([`${NAME}-elsewhere`, `${NAME}-n`, "other.test-n"]);
  next.stop(true);
  await cluster.until("the offers of the killed driver go", async () =>
    (await offered()).includes(`${NAME}-n`) ? undefined : true,
  );
  expect(await offered()).toEqual([`${NAME}-elsewhere`, "other.test-n"]);
});
