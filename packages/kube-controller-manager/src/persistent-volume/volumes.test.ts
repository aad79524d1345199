// Claims and volumes on the real API server with all controllers and virtual time: binding, making, growing and reclaiming. What the
// scheduler and the node do is done here by hand.
import {
  events,
  nodes,
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  type Pod,
  pods,
} from "@skates/api/core/v1";
import { storageClasses } from "@skates/api/storage/v1";
import { isStatus } from "@skates/apimachinery";
import { afterEach, beforeEach, expect, it } from "vitest";
import { addNode, startWorld, type World } from "../testing/world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const key = (name: string) => ({ namespace: "default", name });
const claim = (name: string, spec: Partial<PersistentVolumeClaim["spec"]> = {}): PersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, namespace: "default" },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
});
const volume = (name: string, spec: Partial<PersistentVolume["spec"]> = {}): PersistentVolume => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name },
  spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/data" }, ...spec },
});
const make = (name: string, spec?: Partial<PersistentVolumeClaim["spec"]>) =>
  world.create(persistentVolumeClaims, claim(name, spec));
const claimOf = async (name: string) => {
  const { spec, status } = await world.get(persistentVolumeClaims, key(name));
  return { volume: spec.volumeName, phase: status?.phase, size: status?.capacity?.["storage"] };
};
const phase = async (name: string) => (await world.get(persistentVolumes, { name })).status?.phase;
const told = async (name: string) =>
  (await world.list(events)).filter((e) => e.involvedObject.name === name).map((e) => `${e.reason}: ${e.message}`);
const remove = (name: string) =>
  world.client.resource<PersistentVolumeClaim>(persistentVolumeClaims).delete(key(name), {}, world.signal);
async function gone(name: string): Promise<boolean> {
  try {
    await world.get(persistentVolumes, { name });
    return false;
  } catch (error) {
    if (!isStatus(error, "NotFound")) throw error;
    return true;
  }
}

it("binds the smallest volume that will do, and both say so", async () => {
  for (const [name, storage] of [
    ["small", "500Mi"],
    ["large", "5Gi"],
    ["right", "2Gi"],
  ] as const)
    await world.create(persistentVolumes, volume(name, { capacity: { storage } }));
  await world.create(persistentVolumes, volume("classed", { storageClassName: "other" }));
  const { metadata } = await make("data", { storageClassName: "" });
  await world.pass(3);
  expect(await claimOf("data")).toEqual({ volume: "right", phase: "Bound", size: "2Gi" });
  const bound = await world.get(persistentVolumes, { name: "right" });
  expect(bound.spec.claimRef).toMatchObject({ namespace: "default", name: "data", uid: metadata.uid });
  expect([bound.status?.phase, await phase("large"), await phase("small")]).toEqual([
    "Bound",
    "Available",
    "Available",
  ]);
  const claimed = await world.get(persistentVolumeClaims, key("data"));
  expect([bound.metadata.annotations, claimed.metadata.annotations]).toEqual([
    { "pv.kubernetes.io/bound-by-controller": "yes" },
    { "pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes" },
  ]);
});

it("gives two claims two volumes, and lets the third wait for one", async () => {
  await Promise.all(["a", "b"].map((name) => world.create(persistentVolumes, volume(name))));
  await world.pass(1);
  await Promise.all(["x", "y", "z"].map((name) => make(name, { storageClassName: "" })));
  await world.pass(5);
  const all = await Promise.all(["x", "y", "z"].map(claimOf));
  expect(all.map((one) => one.volume ?? "").toSorted()).toEqual(["", "a", "b"]);
  const waiting = ["x", "y", "z"][all.findIndex((one) => one.volume === undefined)] ?? "";
  expect(await told(waiting)).toContain(
    "FailedBinding: no persistent volumes available for this claim and no storage class is set",
  );
  await world.create(persistentVolumes, volume("c"));
  await world.pass(3);
  expect(await claimOf(waiting)).toEqual({ volume: "c", phase: "Bound", size: "1Gi" });
});

it("says of a volume set aside for a claim of another mode that they do not go together", async () => {
  const { metadata } = await make("files", { storageClassName: "" });
  const claimRef = { kind: "PersistentVolumeClaim", namespace: "default", name: "files", uid: metadata.uid };
  await world.create(persistentVolumes, volume("device", { volumeMode: "Block", claimRef }));
  await world.pass(3);
  expect(await told("device")).toEqual([
    'VolumeMismatch: Cannot bind PersistentVolume to requested PersistentVolumeClaim "files" due to incompatible volumeMode.',
  ]);
  expect(await told("files")).toContain(
    'VolumeMismatch: Cannot bind PersistentVolume "device" to requested PersistentVolumeClaim due to incompatible volumeMode.',
  );
});

it("keeps to what users have bound beforehand, and says what does not fit", async () => {
  await world.create(persistentVolumes, volume("set-aside", { claimRef: { namespace: "default", name: "late" } }));
  await world.create(persistentVolumes, volume("tiny", { capacity: { storage: "1Mi" } }));
  await make("early", { storageClassName: "", volumeName: "tiny" });
  await make("thief", { storageClassName: "", volumeName: "set-aside" });
  await world.pass(3);
  expect([await claimOf("early"), await claimOf("thief"), await phase("set-aside")]).toEqual([
    { volume: "tiny", phase: "Pending" },
    { volume: "set-aside", phase: "Pending" },
    "Available",
  ]);
  expect(await told("early")).toEqual([
    'VolumeMismatch: Cannot bind to requested volume "tiny": requested PV is too small',
  ]);
  expect(await told("thief")).toEqual(['FailedBinding: volume "set-aside" already bound to a different claim.']);
  await make("late", { storageClassName: "" });
  await world.pass(3);
  expect((await claimOf("late")).volume).toBe("set-aside");
  const { metadata } = await world.get(persistentVolumes, { name: "set-aside" });
  expect(metadata.annotations).toBeUndefined();
});

it("releases a volume when its claim goes, and keeps, refuses to recycle or fails to delete it", async () => {
  for (const policy of ["Retain", "Recycle", "Delete"] as const) {
    const name = policy.toLowerCase();
    await world.create(
      persistentVolumes,
      volume(name, { persistentVolumeReclaimPolicy: policy, storageClassName: name }),
    );
    await make(name, { storageClassName: name });
  }
  await world.pass(3);
  for (const name of ["retain", "recycle", "delete"]) await remove(name);
  await world.pass(5);
  expect([await phase("retain"), await phase("recycle"), await phase("delete")]).toEqual([
    "Released",
    "Failed",
    "Failed",
  ]);
  expect((await told("recycle")).at(-1)).toBe("VolumeFailedRecycle: No recycler plugin found for the volume!");
  expect((await told("delete")).at(-1)).toBe(
    "VolumeFailedDelete: host_path deleter only supports /tmp/.+ but received provided /data",
  );
  // A claim of the same name is another claim.
  await make("retain", { storageClassName: "retain" });
  await world.pass(3);
  expect((await claimOf("retain")).phase).toBe("Pending");
});

it("says that a claim lost its volume", async () => {
  await world.create(persistentVolumes, volume("disk"));
  await make("data", { storageClassName: "" });
  await world.pass(3);
  // Only of a volume that is being deleted does its protection stay off once somebody took it off.
  await world.client.resource(persistentVolumes).delete({ name: "disk" }, {}, world.signal);
  await world.edit(persistentVolumes, { name: "disk" }, (old) => ({
    ...old,
    metadata: { ...old.metadata, finalizers: [] },
  }));
  await world.pass(3);
  expect((await claimOf("data")).phase).toBe("Lost");
  expect(await told("data")).toContain(
    "ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!",
  );
});

const user = (name: string): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "user", namespace: "default" },
  spec: {
    containers: [{ name: "c", image: "x" }],
    volumes: [{ name: "v", persistentVolumeClaim: { claimName: name } }],
  },
});
const select = (name: string, node: string) =>
  world.edit(persistentVolumeClaims, key(name), (old) => ({
    ...old,
    metadata: {
      ...old.metadata,
      annotations: { ...old.metadata.annotations, "volume.kubernetes.io/selected-node": node },
    },
  }));
async function addVolumeNode(name: string): Promise<void> {
  await addNode(world, name);
  await world.edit(nodes, { name }, (old) => ({
    ...old,
    metadata: { ...old.metadata, annotations: { "skates.io/local-path-directory": "/var/volumes" } },
  }));
}

it("makes a volume of the default class on the node of the first pod, grows it, and deletes it with its claim", async () => {
  await addVolumeNode("n1");
  const { metadata } = await make("data");
  await world.pass(2);
  expect(await told("data")).toEqual(["WaitForFirstConsumer: waiting for first consumer to be created before binding"]);
  await world.create(pods, user("data"));
  await world.pass(2);
  expect(await told("data")).toContain("WaitForPodScheduled: waiting for pod user to be scheduled");
  await select("data", "n1");
  await world.pass(4);
  const name = `pvc-${metadata.uid ?? ""}`;
  expect(await claimOf("data")).toEqual({ volume: name, phase: "Bound", size: "1Gi" });
  const made = await world.get(persistentVolumes, { name });
  expect(made.metadata.finalizers).toEqual(["skates.io/local-path", "kubernetes.io/pv-protection"]);
  expect(made.spec).toMatchObject({
    local: { path: `/var/volumes/${name}` },
    persistentVolumeReclaimPolicy: "Delete",
    storageClassName: "local-path",
  });
  expect(await told("data")).toContain(`ProvisioningSucceeded: Successfully provisioned volume ${name}`);

  await world.edit(persistentVolumeClaims, key("data"), (old) => ({
    ...old,
    spec: { ...old.spec, resources: { requests: { storage: "3Gi" } } },
  }));
  await world.pass(3);
  expect([(await claimOf("data")).size, (await world.get(persistentVolumes, { name })).spec.capacity]).toEqual([
    "3Gi",
    { storage: "3Gi" },
  ]);

  await world.client.resource(pods).delete(key("user"), { gracePeriodSeconds: 0 }, world.signal);
  await remove("data");
  await world.pass(5);
  const left = await world.get(persistentVolumes, { name });
  expect([left.status?.phase, left.metadata.finalizers]).toEqual(["Released", ["skates.io/local-path"]]);
  await world.client.resource(nodes).delete({ name: "n1" }, {}, world.signal);
  await world.pass(3);
  expect(await gone(name)).toBe(true);
});

it("gives a node back that keeps no volumes, and says why others cannot be made", async () => {
  await addNode(world, "bare");
  await make("data");
  await make("raw", { volumeMode: "Block" });
  await world.pass(1);
  await select("data", "bare");
  await select("raw", "bare");
  await world.pass(3);
  const { metadata } = await world.get(persistentVolumeClaims, key("data"));
  expect(metadata.annotations?.["volume.kubernetes.io/selected-node"]).toBeUndefined();
  const failed = 'ProvisioningFailed: failed to provision volume with StorageClass "local-path":';
  expect(await told("data")).toContain(`${failed} node "bare" keeps no local-path volumes`);
  expect(await told("raw")).toContain(`${failed} block volumes are not supported: a directory has no device`);
});

it("fills in a default class that comes later", async () => {
  await world.client.resource(storageClasses).delete({ name: "local-path" }, {}, world.signal);
  await world.pass(1);
  await make("data");
  await world.pass(1);
  expect((await world.get(persistentVolumeClaims, key("data"))).spec.storageClassName).toBeUndefined();
  await world.create(storageClasses, {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "late", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "csi.example.com",
  });
  await world.pass(3);
  const { spec, metadata } = await world.get(persistentVolumeClaims, key("data"));
  expect([spec.storageClassName, metadata.annotations?.["volume.kubernetes.io/storage-provisioner"]]).toEqual([
    "late",
    "csi.example.com",
  ]);
  expect((await told("data")).at(-1)).toContain("ExternalProvisioning: Waiting for a volume to be created either by");
});

it("makes the claims of ephemeral volumes, but takes no claim of others for one", async () => {
  const ephemeral = { volumeClaimTemplate: { spec: claim("x", { storageClassName: "" }).spec } };
  const volumes = [
    { name: "scratch", ephemeral },
    { name: "taken", ephemeral },
  ];
  await make("job-taken", { storageClassName: "" });
  const { metadata } = await world.create(pods, {
    ...user("x"),
    metadata: key("job"),
    spec: { ...user("x").spec, volumes },
  });
  await world.pass(3);
  const made = await world.get(persistentVolumeClaims, key("job-scratch"));
  expect(made.metadata.ownerReferences).toMatchObject([{ kind: "Pod", uid: metadata.uid, controller: true }]);
  expect(await told("job")).toContain(
    "FailedBinding: ephemeral volume taken: PVC default/job-taken was not created for pod default/job (pod is not owner)",
  );
});
