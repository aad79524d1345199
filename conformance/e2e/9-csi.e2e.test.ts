// A CSI driver as any other: it registers with the kubelet of a real node and mounts for real containers, its volumes are attached and
// detached, their data goes from pod to pod, they grow while they are mounted, and one is made for a pod alone.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ALL_CAPABILITIES, TestDriver } from "../../packages/kubelet/src/node/testing/csi-driver.ts";
import { apply, cluster, jsonPath, kubectl, ok, pod, useNamespace } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { useDriver } from "./csi-sidecars.ts";
import { skates } from "./skates.ts";

const NAME = "dir.csi.test";
const ns = useNamespace("csi");
const driver = new TestDriver({
  name: NAME,
  nodeId: "id-of-node",
  kubeletDir: join(cluster.dataDir, "kubelet"),
  folder: join(cluster.dataDir, "volumes-of-driver"),
  capabilities: ALL_CAPABILITIES,
  topology: { "topology.dir.csi.test/node": "this" },
  maxVolumes: 5,
});
const sidecars = useDriver(driver, {
  spec: { podInfoOnMount: true, fsGroupPolicy: "File", volumeLifecycleModes: ["Persistent", "Ephemeral"] },
  className: "dir",
});

const inside = (name: string, script: string) => ok(["-n", ns, "exec", name, "--", "sh", "-c", script]);
const ready = (name: string) => ok(["-n", ns, "wait", "--for=condition=Ready", `pod/${name}`, "--timeout=90s"]);
const mounted = { volumeMounts: [{ name: "data", mountPath: "/data" }] };
const onClaim = (name: string) =>
  pod(ns, name, mounted, {
    volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
    securityContext: { fsGroup: 1234 },
  });

test("the driver is known on its node", async () => {
  const text = await eventually("the driver in CSINode", async () => {
    const found = await jsonPath(["csinode"], "{.items[*].spec.drivers}");
    return found.includes(NAME) ? found : undefined;
  });
  expect(JSON.parse(text)).toEqual([
    { name: NAME, nodeID: "id-of-node", topologyKeys: ["topology.dir.csi.test/node"], allocatable: { count: 5 } },
  ]);
  expect(await ok(["get", "nodes", "-l", "topology.dir.csi.test/node=this", "-o", "name"])).toMatch(/^node\//);
  expect(driver.statuses).toEqual([{ pluginRegistered: true }]);
});

test("a claim's volume is attached and mounted, its data goes on to the next pod, and it grows under it", async () => {
  const claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: ns },
    spec: { accessModes: ["ReadWriteOnce"], storageClassName: "dir", resources: { requests: { storage: "64Mi" } } },
  };
  await apply(claim, onClaim("writer"));
  await ready("writer");
  expect(await inside("writer", "stat -c %g /data && echo kept > /data/file")).toBe("1234\n");
  const volume = await jsonPath(["-n", ns, "pvc", "data"], "{.spec.volumeName}");
  const unique = `kubernetes.io/csi/${NAME}^${volume}`;
  expect(await jsonPath(["nodes"], "{.items[0].status.volumesAttached[*].name} {.items[0].status.volumesInUse}")).toBe(
    `${unique} ["${unique}"]`,
  );
  const published = driver.calls.find(({ method }) => method === "NodePublishVolume")?.request;
  expect(published).toMatchObject({
    publishContext: { slot: "1" },
    volumeContext: { "csi.storage.k8s.io/pod.name": "writer", "csi.storage.k8s.io/ephemeral": "false" },
  });
  expect(await ok(["-n", ns, "get", "events", "-o", "custom-columns=R:.reason,M:.message"])).toContain(
    `AttachVolume.Attach succeeded for volume "${volume}"`,
  );

  await ok(["-n", ns, "delete", "pod", "writer"]);
  await eventually("the volume to be let go", async () =>
    (await ok(["get", "volumeattachments", "-o", "name"])) === "" ? true : undefined,
  );
  expect(sidecars.log).toEqual([`attach ${volume}`, `detach ${volume}`]);
  expect(await jsonPath(["nodes"], "{.items[0].status.volumesAttached}{.items[0].status.volumesInUse}")).toBe("");
  expect(driver.calls.slice(-2).map(({ method }) => method)).toEqual(["NodeUnpublishVolume", "NodeUnstageVolume"]);

  await apply(onClaim("reader"));
  await ready("reader");
  expect(await inside("reader", "cat /data/file")).toBe("kept\n");

  await ok(["-n", ns, "patch", "pvc", "data", "-p", '{"spec":{"resources":{"requests":{"storage":"128Mi"}}}}']);
  await eventually(
    "the claim to be larger",
    async () =>
      (await jsonPath(["-n", ns, "pvc", "data"], "{.status.capacity.storage}")) === "128Mi" ? true : undefined,
    120_000,
  );
  expect(await jsonPath(["-n", ns, "pvc", "data"], "{.status.conditions}")).toBe("");
  expect(driver.calls.find(({ method }) => method === "NodeExpandVolume")?.request).toMatchObject({
    volumeId: volume,
    capacityRange: { requiredBytes: 128 * 1024 * 1024 },
  });

  await ok(["-n", ns, "delete", "pod", "reader"]);
  await ok(["-n", ns, "delete", "pvc", "data"]);
  await eventually("nothing to be left", async () =>
    driver.volumes().length === 0 && (await ok(["get", "pv,volumeattachments", "-o", "name"])) === ""
      ? true
      : undefined,
  );
});

test("a cluster that was down goes on with volumes that are mounted, and lets go of them", async () => {
  const claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: ns },
    spec: { accessModes: ["ReadWriteOnce"], storageClassName: "dir", resources: { requests: { storage: "64Mi" } } },
  };
  await apply(claim, onClaim("staying"));
  await ready("staying");
  await inside("staying", "echo before > /data/file");
  const attached = sidecars.log.length;
  expect((await skates(["down", "--data-dir", cluster.dataDir])).code).toBe(0);
  expect((await skates(["up", "--no-merge", "--data-dir", cluster.dataDir])).code).toBe(0);
  await ready("staying");
  expect(await inside("staying", "cat /data/file && echo after > /data/file")).toBe("before\n");
  await eventually("the driver to be taken again", async () =>
    (await jsonPath(["csinode"], "{.items[*].spec.drivers[*].name}")) === NAME ? true : undefined,
  );
  expect(sidecars.log.length).toBe(attached);
  await ok(["-n", ns, "delete", "pod", "staying"]);
  await eventually("the volume to be let go", async () =>
    (await ok(["get", "volumeattachments", "-o", "name"])) === "" ? true : undefined,
  );
  expect(driver.calls.slice(-2).map(({ method }) => method)).toEqual(["NodeUnpublishVolume", "NodeUnstageVolume"]);
  await ok(["-n", ns, "delete", "pvc", "data"]);
  await eventually("no volume to be left", async () => (driver.volumes().length === 0 ? true : undefined));
});

test("a driver makes a volume for a pod alone, which is gone with it", async () => {
  const own = { driver: NAME, volumeAttributes: { flavour: "sweet" } };
  await apply(pod(ns, "alone", mounted, { volumes: [{ name: "data", csi: own }] }));
  await ready("alone");
  await inside("alone", "echo mine > /data/file");
  const call = driver.calls.findLast(({ method }) => method === "NodePublishVolume")?.request;
  expect(call?.["volumeContext"]).toMatchObject({ flavour: "sweet", "csi.storage.k8s.io/ephemeral": "true" });
  await ok(["-n", ns, "delete", "pod", "alone"]);
  expect(driver.calls.at(-1)?.method).toBe("NodeUnpublishVolume");
});

test("a pod whose driver is not there says so, and starts once it is", async () => {
  const own = { driver: "late.csi.test" };
  const about = { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", metadata: { name: "late.csi.test" } };
  await apply({ ...about, spec: { volumeLifecycleModes: ["Ephemeral"], podInfoOnMount: true } });
  await apply(pod(ns, "waiting", mounted, { volumes: [{ name: "data", csi: own }] }));
  const expected =
    'MountVolume.SetUp failed for volume "data" : kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name late.csi.test not found in the list of registered CSI drivers';
  await eventually("the event", async () =>
    (await ok(["-n", ns, "get", "events", "-o", "custom-columns=M:.message"])).includes(expected) ? true : undefined,
  );
  const late = new TestDriver({ ...driver.options, name: "late.csi.test" });
  await late.start();
  await ready("waiting");
  await ok(["-n", ns, "delete", "pod", "waiting"]);
  late.stop();
  await ok(["delete", "csidriver", "late.csi.test"]);
  await eventually("the late driver to be forgotten", async () => {
    const names = await kubectl(["get", "csinode", "-o", "jsonpath={.items[*].spec.drivers[*].name}"]);
    return names.stdout === NAME ? true : undefined;
  });
});

test("what a driver in a container mounts below the kubelet's root is there for all, and the reverse", async () => {
  const folder = join(cluster.dataDir, "kubelet", "plugins", "in-a-container");
  const volumeMounts = [{ name: "plugins", mountPath: "/plugins", mountPropagation: "Bidirectional" }];
  await apply(
    pod(
      ns,
      "contained",
      { volumeMounts, securityContext: { privileged: true } },
      { volumes: [{ name: "plugins", hostPath: { path: folder, type: "DirectoryOrCreate" } }] },
    ),
  );
  await ready("contained");
  await inside("contained", "mkdir /plugins/vol && mount -t tmpfs test /plugins/vol && echo seen > /plugins/vol/file");
  expect(readFileSync(join(folder, "vol", "file"), "utf8")).toBe("seen\n");
  await inside("contained", "umount /plugins/vol");
  expect(existsSync(join(folder, "vol", "file"))).toBe(false);
  await ok(["-n", ns, "delete", "pod", "contained"]);
});
