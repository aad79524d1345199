// Drivers on unix sockets, the real API server in this process, volumes as plain directories: registration and what the API shows of it,
// mounting and unmounting step by step, failures, a kubelet that starts anew halfway, attaching, inline volumes, tokens and secrets.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import { type Node, nodes, type Pod } from "@skates/api/core/v1";
import { NODE_CAPABILITY } from "@skates/api/csi/v1";
import { type CSIDriver, csiDrivers, type CSINode, csiNodes, type VolumeAttachment } from "@skates/api/storage/v1";
import { TaskGroup } from "@skates/component-base";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { CsiVolume } from "../../csi/csi-volume.ts";
import { inlineCsiVolume } from "../../csi/csi-volume.ts";
import { noReferences, type References } from "../../references.ts";
import { startTestCluster, type TestCluster } from "../../testing/test-cluster.ts";
import { podPaths } from "../pod-host/pod-paths.ts";
import { DraDrivers } from "../dra/dra-drivers.ts";
import { runPlugins } from "../plugins/run-plugins.ts";
import { TestDriver, type TestDriverOptions } from "../testing/csi-driver.ts";
import { connectDriver, CsiDrivers } from "./csi-drivers.ts";
import { csiPaths } from "./csi-paths.ts";
import { CsiVolumes } from "./csi-volumes.ts";
import { VolumeMeter } from "./volume-meter.ts";

const NAME = "dir.csi.test";
const STAGES = [NODE_CAPABILITY.STAGE_UNSTAGE_VOLUME];
let cluster: TestCluster;
let dir: string;
let driver: TestDriver | undefined;
let csiDriver: CSIDriver | undefined;
let attachment: VolumeAttachment | undefined;
let nodeStatus: Node["status"];
let kubelet: { readonly volumes: CsiVolumes; readonly tasks: TaskGroup };
let changes = 0;
const events: string[] = [];
const grown: string[] = [];
const { signal } = new AbortController();

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "csi-"));
  csiDriver = describedAs({ attachRequired: false });
  [attachment, nodeStatus, changes] = [undefined, {}, 0];
  events.length = grown.length = 0;
  await cluster.admin
    .resource<Node>(nodes)
    .create({ apiVersion: "v1", kind: "Node", metadata: { name: "n" }, spec: {} }, {}, signal);
  kubelet = startKubelet();
});
afterEach(async () => {
  await stopKubelet();
  driver?.stop();
  driver = undefined;
  rmSync(dir, { recursive: true, force: true });
  await cluster.admin.resource<Node>(nodes).delete({ name: "n" }, {}, signal);
  await cluster.admin.resource<CSINode>(csiNodes).delete({ name: "n" }, {}, signal);
});

function describedAs(spec: CSIDriver["spec"]): CSIDriver {
  return { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", metadata: { name: NAME }, spec };
}

const references: References = {
  ...noReferences,
  csiDriver: () => Promise.resolve(csiDriver),
  volumeAttachment: () => Promise.resolve(attachment),
  ownNode: () =>
    Promise.resolve({ apiVersion: "v1", kind: "Node", metadata: { name: "n" }, spec: {}, status: nodeStatus }),
  secretNow: (namespace, name) =>
    Promise.resolve(
      name === "missing"
        ? undefined
        : {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { namespace, name },
            data: { key: Buffer.from(name).toString("base64") },
          },
    ),
  token: (_, { audience }) => Promise.resolve({ token: `for ${audience}`, expiresAtMs: 1_800_000_000_000 }),
};

function startKubelet(env = cluster.env) {
  const tasks = new TaskGroup(cluster.signal);
  const drivers = new CsiDrivers();
  const pods = podPaths(dir);
  const volumes = new CsiVolumes({
    paths: csiPaths(dir, pods),
    pods: pods.pods,
    drivers,
    nodeName: "n",
    references,
    clock: cluster.env.clock,
    recorder: {
      event: ({ object: { kind } }, type, reason, message) =>
        void events.push(`${kind === "Pod" ? "" : `${kind} `}${type} ${reason}: ${message}`),
    },
    grown: ({ storage }) => {
      grown.push(storage);
      return Promise.resolve();
    },
    status: {
      changed: () => void changes++,
      written: async () => {
        nodeStatus = { ...nodeStatus, volumesInUse: await volumes.inUse() };
      },
    },
  });
  const options = { client: cluster.node("n"), env, settings: { name: "n" }, paths: { kubeletDir: dir } };
  tasks.spawn((inner) => runPlugins(options, { csi: { drivers, volumes }, dra: new DraDrivers() }, inner));
  return { volumes, tasks };
}
async function stopKubelet(): Promise<void> {
  kubelet.tasks.stop();
  await kubelet.tasks.join();
}

async function startDriver(options: Partial<TestDriverOptions> = {}): Promise<TestDriver> {
  driver = new TestDriver({
    name: NAME,
    nodeId: "id-of-n",
    kubeletDir: dir,
    folder: join(dir, "volumes-of-driver"),
    mounts: false,
    ...options,
  });
  driver.createVolume("vol");
  await driver.start();
  const { statuses } = driver;
  await cluster.until("the driver is told", () => statuses[0]);
  return driver;
}

const csiNode = () => cluster.admin.resource<CSINode>(csiNodes).get({ name: "n" }, {}, signal);
const node = () => cluster.admin.resource<Node>(nodes).get({ name: "n" }, {}, signal);
const pod = (uid = "u1", spec: Partial<Pod["spec"]> = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "ns", uid },
  spec: { containers: [{ name: "c" }], serviceAccountName: "sa", ...spec },
});
const volume: CsiVolume = {
  name: "pvc-1",
  driver: NAME,
  volumeHandle: "vol",
  lifecycle: "Persistent",
  block: false,
  readOnly: false,
  fsType: "",
  accessModes: ["ReadWriteOnce"],
  mountOptions: ["noatime"],
  attributes: { tier: "gold" },
  secrets: {},
};
const mount = (one = pod(), wanted = volume) =>
  kubelet.volumes.mount({ pod: one, podVolume: "data", volume: wanted }, signal);
const methods = () => driver?.calls.map(({ method }) => method);
const staged = () => {
  const folder = join(dir, "plugins/kubernetes.io/csi", NAME);
  return existsSync(folder) ? readdirSync(folder) : [];
};

test("a driver registers, shows in CSINode and node, and goes with its socket", async () => {
  const topology = { "topology.dir/zone": "a" };
  const own = await startDriver({ topology, maxVolumes: 7 });
  expect(own.statuses).toEqual([{ pluginRegistered: true }]);
  expect((await csiNode()).spec.drivers).toEqual([
    { name: NAME, nodeID: "id-of-n", topologyKeys: ["topology.dir/zone"], allocatable: { count: 7 } },
  ]);
  expect((await csiNode()).metadata.ownerReferences).toMatchObject([{ kind: "Node", name: "n" }]);
  expect((await node()).metadata).toMatchObject({
    labels: topology,
    annotations: { "csi.volume.kubernetes.io/nodeid": `{"${NAME}":"id-of-n"}` },
  });
  rmSync(own.registrationSocket);
  await cluster.until("no driver is left", async () =>
    (await csiNode()).spec.drivers.length === 0 ? true : undefined,
  );
  await cluster.until("no id is left", async () =>
    (await node()).metadata.annotations?.["csi.volume.kubernetes.io/nodeid"] === undefined ? true : undefined,
  );
  await expect(mount()).rejects.toThrow(
    `MountVolume.MountDevice failed for volume "pvc-1" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name ${NAME} not found in the list of registered CSI drivers`,
  );
});

test("a driver that is replaced at once by another of its name stays known", async () => {
  const own = await startDriver();
  for (let round = 1; round <= 5; round += 1) {
    rmSync(own.registrationSocket);
    await own.register();
    await cluster.until("it is taken again", () => own.statuses[round]);
  }
  await cluster.env.clock.sleep(200, signal);
  expect((await csiNode()).spec.drivers.map(({ name }) => name)).toEqual([NAME]);
  await mount();
});

test("a driver that wants it is asked again how many volumes the node takes", async () => {
  await stopKubelet();
  const { clock } = cluster.env;
  // What is to take at least ten seconds passes in a tenth of one.
  kubelet = startKubelet({
    ...cluster.env,
    clock: {
      ...clock,
      nowMs: () => clock.nowMs(),
      monotonicMs: () => clock.monotonicMs(),
      sleep: (ms, s) => clock.sleep(Math.min(ms, 100), s),
    },
  });
  const api = cluster.admin.resource<CSIDriver>(csiDrivers);
  await api.create(describedAs({ nodeAllocatableUpdatePeriodSeconds: 10 }), {}, signal);
  const own = await startDriver({ maxVolumes: 7 });
  own.maxVolumes = 3;
  await cluster.until("the new number", async () =>
    (await csiNode()).spec.drivers[0]?.allocatable?.count === 3 ? true : undefined,
  );
  await api.delete({ name: NAME }, {}, signal);
});

test("a driver of a version that nobody knows, and a plugin of another kind, are told why they are not taken", async () => {
  driver = new TestDriver({ name: NAME, nodeId: "x", kubeletDir: dir, folder: dir });
  driver.supportedVersions = ["2.0.0"];
  await driver.start();
  const { statuses } = driver;
  const first = await cluster.until("a refusal", () => statuses[0]);
  expect(first.error).toContain('None of the versions specified ["2.0.0"] are supported');
  driver.type = "DevicePlugin";
  const second = await cluster.until("another refusal", () => statuses.find(({ error }) => error?.includes("handler")));
  expect(second.error).toBe(
    `no handler registered for plugin type: DevicePlugin at socket ${driver.registrationSocket}`,
  );
  driver.type = "CSIPlugin";
  driver.supportedVersions = ["1.0.0"];
  await cluster.until("it is taken in the end", () => statuses.find(({ pluginRegistered }) => pluginRegistered));
});

test("a volume is staged once and published for each pod, and the reverse", async () => {
  const own = await startDriver({ capabilities: STAGES });
  const first = await mount();
  await mount(pod("u2"));
  const folder = join(dir, "pods/u1/volumes/kubernetes.io~csi/pvc-1");
  expect(first).toMatchObject({ path: join(folder, "mount"), readOnly: false, renewAtMs: undefined });
  expect(JSON.parse(readFileSync(join(folder, "vol_data.json"), "utf8"))).toEqual({
    attachmentID: expect.stringMatching(/^csi-[0-9a-f]{64}$/),
    driverName: NAME,
    nodeName: "n",
    specVolID: "pvc-1",
    volumeHandle: "vol",
    volumeLifecycleMode: "Persistent",
  });
  const stagingTargetPath = join(dir, "plugins/kubernetes.io/csi", NAME, staged()[0] ?? "", "globalmount");
  const volumeCapability = { mount: { mountFlags: ["noatime"] }, accessMode: { mode: 1 } };
  expect(own.calls.slice(0, 2)).toEqual([
    {
      method: "NodeStageVolume",
      request: { volumeId: "vol", stagingTargetPath, volumeCapability, volumeContext: { tier: "gold" } },
    },
    {
      method: "NodePublishVolume",
      request: {
        volumeId: "vol",
        stagingTargetPath,
        targetPath: first.path,
        volumeCapability,
        volumeContext: { tier: "gold" },
      },
    },
  ]);
  await kubelet.volumes.unmountPod("u1", signal);
  expect([methods()?.slice(4), staged().length]).toEqual([["NodeUnpublishVolume"], 1]);
  await kubelet.volumes.unmountPod("u2", signal);
  await kubelet.volumes.unmountPod("u2", signal);
  expect([methods()?.slice(5), staged()]).toEqual([["NodeUnpublishVolume", "NodeUnstageVolume"], []]);
  expect(existsSync(folder)).toBe(false);
});

test("what a driver refuses is said in its words, and is tried again from where it stopped", async () => {
  const own = await startDriver({ capabilities: STAGES });
  own.failures.set("NodePublishVolume", [{ code: status.INTERNAL, details: "disk on fire" }]);
  await expect(mount()).rejects.toThrow(
    'MountVolume.SetUp failed for volume "pvc-1" : rpc error: code = Internal desc = disk on fire',
  );
  await mount();
  own.failures.set("NodeUnpublishVolume", [{ code: status.UNAVAILABLE, details: "busy" }]);
  await expect(kubelet.volumes.unmountPod("u1", signal)).rejects.toThrow("busy");
  own.failures.set("NodeUnstageVolume", [{ code: status.UNAVAILABLE, details: "busy too" }]);
  await expect(kubelet.volumes.unmountPod("u1", signal)).rejects.toThrow("busy too");
  expect(staged().length).toBe(1);
  await kubelet.volumes.unstageLeftovers(NAME, signal);
  expect(staged()).toEqual([]);
  await expect(mount(pod(), { ...volume, secrets: { stage: { namespace: "ns", name: "missing" } } })).rejects.toThrow(
    'MountVolume.MountDevice failed for volume "pvc-1" : failed to find the secret missing in the namespace ns with error: secrets "missing" not found',
  );
});

test.each(["after all is mounted", "between staging and publishing", "after the pod's part is unmounted"])(
  "another kubelet takes over %s",
  async (when) => {
    const own = await startDriver({ capabilities: STAGES });
    if (when.startsWith("between")) {
      own.failures.set("NodePublishVolume", [{ code: status.INTERNAL, details: "x" }]);
      await mount().catch(() => undefined);
      rmSync(join(dir, "pods/u1"), { recursive: true });
    } else {
      await mount();
    }
    if (when.startsWith("after the pod's")) {
      own.failures.set("NodeUnstageVolume", [{ code: status.INTERNAL, details: "x" }]);
      await kubelet.volumes.unmountPod("u1", signal).catch(() => undefined);
    }
    await stopKubelet();
    const told = own.statuses.length;
    kubelet = startKubelet();
    expect(await kubelet.volumes.inUse()).toEqual([`kubernetes.io/csi/${NAME}^vol`]);
    await cluster.until("the driver is taken again", () => own.statuses[told]);
    if (when.startsWith("after all")) {
      expect(staged().length).toBe(1);
      await kubelet.volumes.unmountPod("u1", signal);
    }
    await cluster.until("nothing is staged any more", () => (staged().length === 0 ? true : undefined));
    await cluster.until("nothing is in use", async () =>
      (await kubelet.volumes.inUse()).length === 0 ? true : undefined,
    );
  },
);

test("a volume that must be attached is mounted only once the node says so, with what its driver said", async () => {
  csiDriver = describedAs({});
  await startDriver();
  const mounting = mount();
  await cluster.until("it is in use", async () => ((await kubelet.volumes.inUse()).length > 0 ? true : undefined));
  await cluster.env.clock.sleep(300, signal);
  expect(methods()).toEqual([]);
  attachment = {
    apiVersion: "storage.k8s.io/v1",
    kind: "VolumeAttachment",
    metadata: { name: "a" },
    spec: { attacher: NAME, nodeName: "n", source: { persistentVolumeName: "pvc-1" } },
    status: { attached: true, attachmentMetadata: { device: "/dev/x" } },
  };
  nodeStatus = { ...nodeStatus, volumesAttached: [{ name: `kubernetes.io/csi/${NAME}^vol`, devicePath: "" }] };
  await mounting;
  expect(driver?.calls[0]?.request).toMatchObject({ publishContext: { device: "/dev/x" } });
  await kubelet.volumes.unmountPod("u1", signal);
  expect([await kubelet.volumes.inUse(), changes]).toEqual([[], 1]);
});

test("a pod that goes while it waits for a volume to be attached lets go of it", async () => {
  csiDriver = describedAs({});
  await startDriver({ capabilities: STAGES });
  const stopping = new AbortController();
  const mounting = kubelet.volumes.mount({ pod: pod(), podVolume: "data", volume }, stopping.signal);
  await cluster.until("it is in use", async () => ((await kubelet.volumes.inUse()).length > 0 ? true : undefined));
  stopping.abort(new Error("the pod is being deleted"));
  await expect(mounting).rejects.toThrow("the pod is being deleted");
  await kubelet.volumes.unmountPod("u1", signal);
  expect([await kubelet.volumes.inUse(), changes, methods()]).toEqual([[], 1, []]);
});

test("an inline volume comes with what its driver asks for, is mounted again in time, and never staged", async () => {
  const own = await startDriver({ capabilities: STAGES });
  const holder = pod("u1", {
    volumes: [
      { name: "data", csi: { driver: NAME, volumeAttributes: { size: "1" }, nodePublishSecretRef: { name: "s" } } },
    ],
  });
  const inline = inlineCsiVolume(holder, holder.spec.volumes?.[0] ?? { name: "" }) ?? volume;
  await expect(mount(holder, inline)).rejects.toThrow(
    `MountVolume.SetUp failed for volume "data" : kubernetes.io/csi: volume mode "Ephemeral" not supported by driver ${NAME} (only supports ["Persistent"])`,
  );
  csiDriver = describedAs({
    volumeLifecycleModes: ["Ephemeral"],
    podInfoOnMount: true,
    tokenRequests: [{ audience: "vault" }],
    requiresRepublish: true,
  });
  const { renewAtMs = 0 } = await mount(holder, inline);
  expect(renewAtMs - cluster.env.clock.nowMs()).toBeGreaterThan(50_000);
  expect(own.calls).toEqual([
    {
      method: "NodePublishVolume",
      request: {
        volumeId: inline.volumeHandle,
        targetPath: join(dir, "pods/u1/volumes/kubernetes.io~csi/data/mount"),
        volumeCapability: { mount: {}, accessMode: { mode: 1 } },
        secrets: { key: "s" },
        volumeContext: {
          size: "1",
          "csi.storage.k8s.io/pod.name": "p",
          "csi.storage.k8s.io/pod.namespace": "ns",
          "csi.storage.k8s.io/pod.uid": "u1",
          "csi.storage.k8s.io/serviceAccount.name": "sa",
          "csi.storage.k8s.io/ephemeral": "true",
          "csi.storage.k8s.io/serviceAccount.tokens":
            '{"vault":{"token":"for vault","expirationTimestamp":"2027-01-15T08:00:00Z"}}',
        },
      },
    },
  ]);
  await kubelet.volumes.unmountPod("u1", signal);
  expect([methods(), await kubelet.volumes.inUse()]).toEqual([["NodePublishVolume", "NodeUnpublishVolume"], []]);
});

test("a volume that is larger than its claim knows grows when it is mounted, and while it is", async () => {
  const own = await startDriver({ capabilities: [...STAGES, NODE_CAPABILITY.EXPAND_VOLUME] });
  const claim = (storage: string) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: "ns" },
    spec: {},
    status: { capacity: { storage } },
  });
  const sized = (known: string, storage: string) => ({ ...volume, size: { claim: claim(known), storage } });
  const { path } = await mount(pod(), sized("1Gi", "2Gi"));
  await mount(pod(), sized("2Gi", "2Gi"));
  own.failures.set("NodeExpandVolume", [{ code: status.INTERNAL, details: "stuck" }]);
  await mount(pod(), sized("2Gi", "3Gi"));
  await mount(pod(), sized("2Gi", "3Gi"));
  expect([methods(), grown, events]).toEqual([
    ["NodeStageVolume", "NodePublishVolume", "NodeExpandVolume", "NodeExpandVolume", "NodeExpandVolume"],
    ["2Gi", "3Gi"],
    [
      'Normal FileSystemResizeSuccessful: MountVolume.NodeExpandVolume succeeded for volume "pvc-1" n',
      'PersistentVolumeClaim Normal FileSystemResizeSuccessful: MountVolume.NodeExpandVolume succeeded for volume "pvc-1" n',
      'Warning VolumeResizeFailed: NodeExpandVolume.NodeExpandVolume failed for volume "pvc-1" : rpc error: code = Internal desc = stuck',
      'Normal FileSystemResizeSuccessful: MountVolume.NodeExpandVolume succeeded for volume "pvc-1" n',
      'PersistentVolumeClaim Normal FileSystemResizeSuccessful: MountVolume.NodeExpandVolume succeeded for volume "pvc-1" n',
    ],
  ]);
  expect(own.calls[2]?.request).toMatchObject({ volumePath: path, capacityRange: { requiredBytes: 2 ** 31 } });
});

test("drivers that can are asked what volumes use, and one that fails is left out", async () => {
  const own = await startDriver({ capabilities: [...STAGES, NODE_CAPABILITY.GET_VOLUME_STATS] });
  const { path } = await mount();
  const drivers = new CsiDrivers();
  drivers.add(NAME, await connectDriver(join(dir, "plugins", NAME, "csi.sock")));
  const { clock, log } = cluster.env;
  const measure = async () => {
    const meter = new VolumeMeter({ volumes: () => kubelet.volumes.all(), drivers, clock, log });
    const tasks = new TaskGroup(cluster.signal);
    const before = own.calls.length;
    tasks.spawn((inner) => meter.run(inner));
    await cluster.until("it is asked", () => (own.calls.length > before ? true : undefined));
    await clock.sleep(50, signal);
    tasks.stop();
    await tasks.join();
    return meter.uses();
  };
  const stagingTargetPath = join(dir, "plugins/kubernetes.io/csi", NAME, staged()[0] ?? "", "globalmount");
  expect(await measure()).toEqual([
    {
      podUid: "u1",
      volume: "data",
      bytes: { total: 1000, used: 400, available: 600 },
      inodes: { total: 10, used: 4, available: 6 },
    },
  ]);
  expect(own.calls.at(-1)?.request).toEqual({ volumeId: "vol", volumePath: path, stagingTargetPath });
  own.failures.set("NodeGetVolumeStats", [{ code: status.INTERNAL, details: "no idea" }]);
  expect(await measure()).toEqual([]);
  drivers.remove(NAME, drivers.get(NAME));
});

test("a pod's folder without data was never mounted, and goes", async () => {
  await startDriver();
  mkdirSync(join(dir, "pods/u1/volumes/kubernetes.io~csi/pvc-1"), { recursive: true });
  await kubelet.volumes.unmountPod("u1", signal);
  expect([readdirSync(join(dir, "pods/u1/volumes/kubernetes.io~csi")), methods()]).toEqual([[], []]);
});

test("a volume for one pod alone is not given to another while that has it", async () => {
  const own = await startDriver();
  own.createVolume("vol", 4096);
  const refusal = "volume uses the ReadWriteOncePod access mode and is already in use by another pod";
  for (const block of [false, true]) {
    const alone = { ...volume, block, accessModes: ["ReadWriteOncePod"] };
    await mount(pod("u1"), alone);
    await mount(pod("u1"), alone);
    await expect(mount(pod("u2"), alone)).rejects.toThrow(
      `${block ? "MapVolume.SetUpDevice" : "MountVolume.SetUp"} failed for volume "pvc-1" : ${refusal}`,
    );
    await kubelet.volumes.unmountPod("u1", signal);
    await mount(pod("u2"), alone);
    await kubelet.volumes.unmountPod("u2", signal);
  }
});

const disk: CsiVolume = { ...volume, name: "pvc-2", block: true, fsType: "ext4", attributes: {} };
const devices = () => join(dir, "plugins/kubernetes.io/csi/volumeDevices");
const leftDevices = () => readdirSync(devices(), { recursive: true, encoding: "utf8" }).sort();

test("a block volume is staged and published under upstream's paths, without a file system, and undone", async () => {
  const own = await startDriver({ capabilities: [...STAGES, NODE_CAPABILITY.VOLUME_MOUNT_GROUP] });
  own.createVolume("vol", 4096);
  const holder = pod("u1", { securityContext: { fsGroup: 1000 } });
  const mounted = await mount(holder, { ...disk, readOnly: true });
  await mount(pod("u2"), disk);
  const folder = join(dir, "pods/u1/volumeDevices/kubernetes.io~csi");
  const link = join(folder, "pvc-2");
  const targetPath = join(devices(), "publish/pvc-2/u1");
  expect(mounted).toMatchObject({ own: link, path: targetPath, readOnly: true, renewAtMs: undefined });
  expect(readlinkSync(link)).toBe(targetPath);
  expect(JSON.parse(readFileSync(join(devices(), "pvc-2/data/vol_data.json"), "utf8"))).toMatchObject({
    driverName: NAME,
    specVolID: "pvc-2",
    volumeHandle: "vol",
  });
  const stagingTargetPath = join(devices(), "staging/pvc-2");
  const volumeCapability = { block: {}, accessMode: { mode: 1 } };
  expect(own.calls.slice(0, 2)).toEqual([
    { method: "NodeStageVolume", request: { volumeId: "vol", stagingTargetPath, volumeCapability } },
    {
      method: "NodePublishVolume",
      request: { volumeId: "vol", stagingTargetPath, targetPath, volumeCapability, readonly: true },
    },
  ]);
  expect(events).toEqual(
    ["u1", "u2"].map(
      (uid) =>
        `Normal SuccessfulMountVolume: MapVolume.MapPodDevice succeeded for volume "pvc-2" volumeMapPath "${folder.replace("u1", uid)}"`,
    ),
  );
  await kubelet.volumes.unmountPod("u1", signal);
  expect([existsSync(link), existsSync(stagingTargetPath)]).toEqual([false, true]);
  await kubelet.volumes.unmountPod("u2", signal);
  expect(methods()?.slice(-3)).toEqual(["NodeUnpublishVolume", "NodeUnpublishVolume", "NodeUnstageVolume"]);
  expect(leftDevices()).toEqual(["publish", "staging"]);
  expect(await kubelet.volumes.inUse()).toEqual([]);
});

test("a block volume that its driver cannot give is told as a device that could not be mapped", async () => {
  await expect(mount(pod(), disk)).rejects.toMatchObject({
    code: "VolumeMapFailed",
    message: `MapVolume.SetUpDevice failed for volume "pvc-2" : kubernetes.io/csi: blockMapper.SetUpDevice failed to get CSI client: driver name ${NAME} not found in the list of registered CSI drivers`,
  });
  const own = await startDriver({ capabilities: STAGES });
  own.failures.set("NodeStageVolume", [{ code: status.INTERNAL, details: "no disk" }]);
  await expect(mount(pod(), disk)).rejects.toThrow(
    'MapVolume.SetUpDevice failed for volume "pvc-2" : rpc error: code = Internal desc = no disk',
  );
  own.createVolume("vol", 4096);
  own.failures.set("NodePublishVolume", [{ code: status.INTERNAL, details: "no node" }]);
  await expect(mount(pod(), disk)).rejects.toThrow(
    'MapVolume.MapPodDevice failed for volume "pvc-2" : rpc error: code = Internal desc = no node',
  );
  await mount(pod(), disk);
});

test.each(["after all is mapped", "between staging and publishing", "after the pod's part is undone"])(
  "another kubelet takes a block volume over %s",
  async (when) => {
    const own = await startDriver({ capabilities: STAGES });
    own.createVolume("vol", 4096);
    const fail = (method: string) => own.failures.set(method, [{ code: status.INTERNAL, details: "x" }]);
    if (when.startsWith("between")) {
      fail("NodePublishVolume");
      await mount(pod(), disk).catch(() => undefined);
      rmSync(join(dir, "pods/u1"), { recursive: true });
    } else {
      await mount(pod(), disk);
    }
    if (when.startsWith("after the pod's")) {
      fail("NodeUnstageVolume");
      await kubelet.volumes.unmountPod("u1", signal).catch(() => undefined);
    }
    await stopKubelet();
    const told = own.statuses.length;
    kubelet = startKubelet();
    expect(await kubelet.volumes.inUse()).toEqual([`kubernetes.io/csi/${NAME}^vol`]);
    await cluster.until("the driver is taken again", () => own.statuses[told]);
    if (when.startsWith("after all")) {
      expect(existsSync(join(devices(), "staging/pvc-2"))).toBe(true);
      await kubelet.volumes.unmountPod("u1", signal);
    }
    await cluster.until("nothing is in use", async () =>
      (await kubelet.volumes.inUse()).length === 0 ? true : undefined,
    );
    expect(leftDevices()).toEqual(["publish", "staging"]);
    expect(methods()?.at(-1)).toBe("NodeUnstageVolume");
  },
);

test("a block volume that is larger than its claim knows grows at its device", async () => {
  const own = await startDriver({ capabilities: [...STAGES, NODE_CAPABILITY.EXPAND_VOLUME] });
  own.createVolume("vol", 4096);
  const claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: "ns" },
    spec: {},
    status: { capacity: { storage: "4Ki" } },
  };
  const { renewAtMs } = await mount(pod(), { ...disk, size: { claim, storage: "8Ki" } });
  expect([renewAtMs === undefined, grown]).toEqual([false, ["8Ki"]]);
  expect(own.calls.at(-1)).toEqual({
    method: "NodeExpandVolume",
    request: {
      volumeId: "vol",
      // What the driver has published, its links resolved.
      volumePath: join(own.directory("vol"), "disk"),
      capacityRange: { requiredBytes: 8192 },
      stagingTargetPath: join(devices(), "staging/pvc-2"),
      volumeCapability: { block: {}, accessMode: { mode: 1 } },
    },
  });
});
