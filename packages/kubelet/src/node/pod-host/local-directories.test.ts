// Directories of local-path volumes and what pods get of claims, on real files: links lead nowhere, and nothing is mounted too early.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PersistentVolume, PersistentVolumeClaim, Pod } from "@skates/api/core/v1";
import { virtualClock } from "@skates/component-base";
import { afterEach, beforeEach, expect, it } from "vitest";
import { noReferences, type References } from "../../references.ts";
import { CsiDrivers } from "../csi/csi-drivers.ts";
import { csiPaths } from "../csi/csi-paths.ts";
import { CsiVolumes } from "../csi/csi-volumes.ts";
import { giveToGroup } from "./give-to-group.ts";
import { localDirectories } from "./local-directories.ts";
import { mountClaim } from "./mount-claim.ts";
import { podPaths } from "./pod-paths.ts";

const { signal } = new AbortController();
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "local-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it("makes a directory that anybody may use, keeps what is in it, and removes it without following links", async () => {
  const directories = localDirectories(join(root, "volumes"));
  const path = await directories.ensure("pvc-1");
  expect([path, statSync(path).mode & 0o7777]).toEqual([join(root, "volumes", "pvc-1"), 0o777]);
  writeFileSync(join(path, "file"), "kept");
  writeFileSync(join(root, "precious"), "yes");
  symlinkSync(root, join(path, "out"));
  await directories.ensure("pvc-1");
  expect(readFileSync(join(path, "file"), "utf8")).toBe("kept");
  await directories.remove("pvc-1", signal);
  await directories.remove("pvc-1", signal);
  expect([existsSync(path), readFileSync(join(root, "precious"), "utf8")]).toEqual([false, "yes"]);
});

it("refuses what is not a volume's own directory", async () => {
  const directories = localDirectories(join(root, "volumes"));
  mkdirSync(join(root, "volumes"));
  symlinkSync(root, join(root, "volumes", "pvc-link"));
  await expect(directories.ensure("pvc-link")).rejects.toThrow("is not a directory");
  await directories.remove("pvc-link", signal);
  expect(existsSync(root)).toBe(true);
  for (const name of ["..", "../x", "a/b", "", "a..b"])
    await expect(directories.remove(name, signal)).rejects.toThrow();
});

it("gives a tree to a group, but nothing that links lead to", async () => {
  const dir = join(root, "tree");
  mkdirSync(dir);
  writeFileSync(join(dir, "file"), "");
  chmodSync(join(dir, "file"), 0o600);
  writeFileSync(join(root, "outside"), "");
  chmodSync(join(root, "outside"), 0o600);
  symlinkSync(join(root, "outside"), join(dir, "link"));
  const gid = statSync(root).gid;
  await giveToGroup(dir, { gid, onlyIfRootDiffers: false });
  const modes = [dir, join(dir, "file"), join(root, "outside")].map((path) => statSync(path).mode & 0o7777);
  expect(modes.map((mode) => mode.toString(8))).toEqual(["2775", "660", "600"]);
});

const pod: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "ns", uid: "u" },
  spec: {
    containers: [{ name: "c", image: "x" }],
    volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data", readOnly: true } }],
  },
};
const claim: PersistentVolumeClaim = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data", namespace: "ns", uid: "c", annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
  spec: { volumeName: "disk" },
};
const volume = (spec: Partial<PersistentVolume["spec"]>): PersistentVolume => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name: "disk" },
  spec: { claimRef: { namespace: "ns", name: "data", uid: "c" }, ...spec },
});
const mounting = (found: PersistentVolumeClaim | undefined, bound?: PersistentVolume, holder = pod) => {
  const node = { apiVersion: "v1", kind: "Node", metadata: { name: "n", labels: { zone: "a" } }, spec: {} } as const;
  const references: References = {
    ...noReferences,
    claim: () => Promise.resolve(found),
    volume: () => Promise.resolve(bound),
    ownNode: () => Promise.resolve(node),
  };
  const [wanted = { name: "v" }] = pod.spec.volumes ?? [];
  const csi = new CsiVolumes({
    paths: csiPaths(root, podPaths(root)),
    pods: root,
    drivers: new CsiDrivers(),
    nodeName: "n",
    references,
    clock: virtualClock(),
    status: { changed: () => undefined, written: () => Promise.resolve() },
    recorder: { event: () => undefined },
    grown: () => Promise.resolve(),
  });
  const recorder = { event: () => undefined };
  const paths = podPaths(root);
  const request = {
    pod: holder,
    volume: wanted,
    references,
    directories: localDirectories(root),
    csi,
    paths,
    recorder,
  };
  return mountClaim(request, signal).then((mounted) => mounted.volume);
};

it("mounts the directory that a claim is bound to", async () => {
  expect(await mounting(claim, volume({ hostPath: { path: root } }))).toEqual({ hostPath: root, readOnly: true });
  expect(await mounting(claim, volume({ local: { path: root } }))).toEqual({ hostPath: root, readOnly: true });
});

it("waits for a claim, and refuses volumes that are not for it, not for here, or of another kind", async () => {
  const zone = (value: string) => ({
    required: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "In" as const, values: [value] }] }],
    },
  });
  const local = { local: { path: root } };
  await expect(mounting(undefined)).rejects.toThrow(
    'error processing PVC ns/data: failed to fetch PVC from API server: persistentvolumeclaims "data" not found',
  );
  await expect(mounting({ ...claim, metadata: { name: "data" } })).rejects.toThrow("PVC is not bound");
  await expect(mounting(claim)).rejects.toThrow('persistentvolumes "disk" not found');
  await expect(mounting(claim, volume({ ...local, claimRef: { uid: "other" } }))).rejects.toThrow(
    "found PV object disk but its pv.Spec.ClaimRef.UID other does not point to claim.UID",
  );
  await expect(mounting(claim, volume({ ...local, nodeAffinity: zone("b") }))).rejects.toThrow(
    'MountVolume.NodeAffinity check failed for volume "disk" : no matching NodeSelectorTerms',
  );
  await expect(mounting(claim, volume({ nfs: { server: "s", path: "/" } }))).rejects.toThrow(
    'volume "disk": nfs is not supported by this kubelet',
  );
  await expect(mounting(claim, volume({ local: { path: join(root, "absent") } }))).rejects.toThrow(
    "is not a directory",
  );
  expect(await mounting(claim, volume({ ...local, nodeAffinity: zone("a") }))).toEqual({
    hostPath: root,
    readOnly: true,
  });
});

it("gives a local block volume as a device, and refuses what is none", async () => {
  const block = (path: string) => volume({ local: { path }, volumeMode: "Block" });
  await expect(mounting(claim, block(root))).rejects.toMatchObject({
    code: "VolumeMapFailed",
    message: `MapVolume.MapBlockVolume failed for volume "disk" : ${root} is not a block device`,
  });
  await expect(mounting(claim, block("/nowhere"))).rejects.toThrow(
    'MapVolume.EvalHostSymlinks failed for volume "disk" : ENOENT',
  );
  await expect(mounting(claim, volume({ hostPath: { path: root }, volumeMode: "Block" }))).rejects.toThrow(
    'MapVolume.FindMapperPluginBySpec failed for volume "disk"',
  );
});

it("refuses a volume of one mode that a container uses as the other", async () => {
  const using = (container: Partial<Pod["spec"]["containers"][number]>): Pod => ({
    ...pod,
    spec: { ...pod.spec, containers: [{ name: "c", image: "x", ...container }] },
  });
  const asFiles = using({ volumeMounts: [{ name: "v", mountPath: "/v" }] });
  await expect(mounting(claim, volume({ local: { path: root }, volumeMode: "Block" }), asFiles)).rejects.toThrow(
    "failed to process volumes=[v]: volume v has volumeMode Block, but is specified in volumeMounts",
  );
  const asDevice = using({ volumeDevices: [{ name: "v", devicePath: "/dev/v" }] });
  await expect(mounting(claim, volume({ local: { path: root } }), asDevice)).rejects.toThrow(
    "failed to process volumes=[v]: volume v has volumeMode Filesystem, but is specified in volumeDevices",
  );
});
