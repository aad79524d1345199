// Block volumes on loop devices of this kernel: of a CSI driver (staged, published, attached, grown, taken over by an agent that starts
// anew) and local ones, as devices in real containers; a disk of the node by hostPath; and what cannot be one says so.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ALL_CAPABILITIES, TestDriver } from "../../packages/kubelet/src/node/testing/csi-driver.ts";
import { attachLoop, detachLoops, loopProblem, loopsOf } from "../../packages/kubelet/src/node/testing/loop-device.ts";
import { apply, cluster, jsonPath, ok, pod, useNamespace } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { useDriver } from "./csi-sidecars.ts";
import { skates } from "./skates.ts";

const NAME = "disk.csi.test";
const ns = useNamespace("block");
const driver = new TestDriver({
  name: NAME,
  nodeId: "id-of-node",
  kubeletDir: join(cluster.dataDir, "kubelet"),
  folder: join(cluster.dataDir, "disks-of-driver"),
  capabilities: ALL_CAPABILITIES,
});
const problem = loopProblem();

const inside = (name: string, script: string) => ok(["-n", ns, "exec", name, "--", "sh", "-c", script]);
const ready = (name: string) => ok(["-n", ns, "wait", "--for=condition=Ready", `pod/${name}`, "--timeout=90s"]);
const events = () => ok(["-n", ns, "get", "events", "-o", "custom-columns=R:.reason,M:.message"]);
const onClaim = (name: string, claimName: string, source: object = {}) =>
  pod(
    ns,
    name,
    { volumeDevices: [{ name: "data", devicePath: "/dev/xvda" }] },
    {
      volumes: [{ name: "data", persistentVolumeClaim: { claimName, ...source } }],
      // Of devices it changes nothing.
      securityContext: { fsGroup: 1234 },
    },
  );
const claim = (name: string, spec: object) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, namespace: ns },
  spec: {
    accessModes: ["ReadWriteOnce"],
    volumeMode: "Block",
    resources: { requests: { storage: "8Mi" } },
    ...spec,
  },
});
const write = (text: string) => `printf ${text} | dd of=/dev/xvda bs=512 conv=notrunc,fsync 2>/dev/null`;
const READ = "dd if=/dev/xvda bs=4 count=1 2>/dev/null";

describe.skipIf(problem !== undefined)(`with loop devices${problem === undefined ? "" : ` (${problem})`}`, () => {
  useDriver(driver, { spec: { fsGroupPolicy: "File" }, className: "disk" });
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync("/tmp/sk-block-");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("a claim's disk is a device in a container, its data goes on to the next pod, and it grows under it", async () => {
    await apply(claim("data", { storageClassName: "disk" }), onClaim("writer", "data"));
    await ready("writer");
    const volume = await jsonPath(["-n", ns, "pvc", "data"], "{.spec.volumeName}");
    expect(await inside("writer", `[ -b /dev/xvda ] && ${write("kept")} && blockdev --getsize64 /dev/xvda`)).toBe(
      `${8 * 1024 * 1024}\n`,
    );
    const uid = await jsonPath(["-n", ns, "pod", "writer"], "{.metadata.uid}");
    expect(await events()).toContain(
      `MapVolume.MapPodDevice succeeded for volume "${volume}" volumeMapPath "${join(cluster.dataDir, "kubelet/pods", uid, "volumeDevices/kubernetes.io~csi")}"`,
    );
    await ok(["-n", ns, "delete", "pod", "writer"]);

    await apply(onClaim("reader", "data"));
    await ready("reader");
    expect(await inside("reader", READ)).toBe("kept");
    await ok(["-n", ns, "patch", "pvc", "data", "-p", '{"spec":{"resources":{"requests":{"storage":"16Mi"}}}}']);
    await eventually(
      "the claim to be larger",
      async () =>
        (await jsonPath(["-n", ns, "pvc", "data"], "{.status.capacity.storage}")) === "16Mi" ? true : undefined,
      120_000,
    );
    expect(await inside("reader", "blockdev --getsize64 /dev/xvda")).toBe(`${16 * 1024 * 1024}\n`);
  });

  test("an agent that starts anew knows the disks of its pods, and lets go of them", async () => {
    expect((await skates(["down", "--data-dir", cluster.dataDir])).code).toBe(0);
    expect((await skates(["up", "--no-merge", "--data-dir", cluster.dataDir])).code).toBe(0);
    await ready("reader");
    expect(await inside("reader", READ)).toBe("kept");
    const volume = await jsonPath(["-n", ns, "pvc", "data"], "{.spec.volumeName}");
    expect(await jsonPath(["nodes"], "{.items[0].status.volumesInUse}")).toBe(
      `["kubernetes.io/csi/${NAME}^${volume}"]`,
    );
    const disk = join(driver.directory(volume), "disk");
    expect(await loopsOf(disk)).toHaveLength(1);
    await ok(["-n", ns, "delete", "pod", "reader"]);
    await eventually("the disk to be let go", async () =>
      (await ok(["get", "volumeattachments", "-o", "name"])) === "" ? true : undefined,
    );
    expect(driver.calls.slice(-2).map(({ method }) => method)).toEqual(["NodeUnpublishVolume", "NodeUnstageVolume"]);
    expect(await loopsOf(disk)).toEqual([]);
    await ok(["-n", ns, "delete", "pvc", "data"]);
    await eventually("no disk to be left", async () => (driver.volumes().length === 0 ? true : undefined));
  });

  const local = (name: string, path: string) => ({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "8Mi" },
      volumeMode: "Block",
      storageClassName: "by-hand",
      persistentVolumeReclaimPolicy: "Retain",
      local: { path },
      claimRef: { namespace: ns, name },
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/os", operator: "Exists" }] }] },
      },
    },
  });

  test("a disk of the node is a device by a local volume, for reading alone if so asked, and by hostPath", async () => {
    const file = join(folder, "disk");
    writeFileSync(file, "host");
    truncateSync(file, 8 * 1024 * 1024);
    const device = await attachLoop(file);
    try {
      await apply(local("by-hand", device), claim("by-hand", { storageClassName: "by-hand" }));
      await apply(onClaim("local", "by-hand"));
      await ready("local");
      expect(await inside("local", `${READ} && ${write("pod1")} && ${READ}`)).toBe("hostpod1");
      await ok(["-n", ns, "delete", "pod", "local"]);
      await apply(onClaim("looking", "by-hand", { readOnly: true }));
      await ready("looking");
      expect(await inside("looking", `${READ}; ${write("pod2")} || echo " refused"`)).toBe("pod1 refused\n");
      await ok(["-n", ns, "delete", "pod", "looking"]);
      await apply(
        pod(
          ns,
          "privileged",
          { volumeMounts: [{ name: "data", mountPath: "/dev/xvda" }], securityContext: { privileged: true } },
          { volumes: [{ name: "data", hostPath: { path: device, type: "BlockDevice" } }] },
        ),
      );
      await ready("privileged");
      expect(await inside("privileged", READ)).toBe("pod1");
      await ok(["-n", ns, "delete", "pod", "privileged"]);
    } finally {
      await detachLoops(file);
    }
  });

  test("what is no block device is told by FailedMapVolume", async () => {
    const file = join(folder, "plain");
    writeFileSync(file, "");
    await apply(local("plain", file), claim("plain", { storageClassName: "by-hand" }), onClaim("waiting", "plain"));
    const line = `FailedMapVolume +MapVolume.MapBlockVolume failed for volume "plain" : ${file} is not a block device`;
    await eventually("the event", async () => (new RegExp(line).test(await events()) ? true : undefined));
    await ok(["-n", ns, "delete", "pod", "waiting"]);
    await ok(["-n", ns, "delete", "pvc", "--all"]);
    await ok(["delete", "pv", "plain", "by-hand"]);
  });
});
