// Attaching and detaching on the real API server with all controllers and virtual time. What the attacher and the kubelets do is played;
// checked at every step is that no node that has a volume in use loses it, and that only one has it.
import {
  events,
  type Node,
  nodes,
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  type Pod,
  pods,
} from "@skates/api/core/v1";
import {
  attachmentName,
  type CSIDriver,
  csiDrivers,
  uniqueVolumeName,
  type VolumeAttachment,
  volumeAttachments,
} from "@skates/api/storage/v1";
import { formatTime, StatusError } from "@skates/apimachinery";
import { afterEach, beforeEach, expect, it } from "vitest";
import { addNode, startWorld, type World } from "../testing/world.ts";
import { patchNodeOf, type StorageActors, storageActors } from "../testing/storage-actors.ts";

const DRIVER = "disk.csi.test";
const UNIQUE = uniqueVolumeName({ driver: DRIVER, volumeHandle: "handle-disk" });

let world: World;
beforeEach(async () => {
  world = await startWorld();
  for (const name of ["a", "b"]) {
    await addNode(world, name);
    const managed = { "volumes.kubernetes.io/controller-managed-attach-detach": "true" };
    await patchNode(name, { metadata: { annotations: managed } });
  }
});
afterEach(() => world.stop());

const at = (name: string) => ({ namespace: "default", name });

const patchNode = (name: string, body: object, subresource?: string) => patchNodeOf(world, name, body, subresource);

type Modes = NonNullable<PersistentVolumeClaim["spec"]["accessModes"]>;

async function makeVolume(name = "disk", accessModes: Modes = ["ReadWriteOnce"]): Promise<void> {
  const claim: PersistentVolumeClaim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: at(name),
    spec: { accessModes, storageClassName: "", volumeName: name, resources: { requests: { storage: "1Gi" } } },
  };
  const volume: PersistentVolume = {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      accessModes,
      capacity: { storage: "1Gi" },
      csi: { driver: DRIVER, volumeHandle: `handle-${name}` },
      claimRef: at(name),
    },
  };
  await world.create(persistentVolumes, volume);
  await world.create(persistentVolumeClaims, claim);
}

async function makePod(name: string, nodeName: string, claimName = "disk"): Promise<Pod> {
  return world.create(pods, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: at(name),
    spec: {
      nodeName,
      tolerations: [{ operator: "Exists" }],
      containers: [{ name: "c", image: "i" }],
      volumes: [{ name: "data", persistentVolumeClaim: { claimName } }],
    },
  });
}

const removePod = (name: string) =>
  world.client.resource(pods).delete(at(name), { gracePeriodSeconds: 0 }, world.signal);

/** Some seconds in which all do their work; what must always hold is looked at in between. */
async function pass(seconds: number, stuck: readonly string[] = []): Promise<void> {
  actors.stuck = stuck;
  for (let i = 0; i < seconds; i++) {
    await actors.act();
    if (checked) await actors.check();
    await world.pass(1);
    if (checked) await actors.check();
  }
}

let actors: StorageActors;
let checked = true;
beforeEach(() => {
  actors = storageActors(world, UNIQUE);
  checked = true;
});

const attached = async () =>
  (await world.list<VolumeAttachment>(volumeAttachments)).map(
    ({ spec, status }) => `${spec.nodeName} ${status?.attached}`,
  );
const onNode = async (name: string) => {
  const { status } = await world.get<Node>(nodes, { name });
  return [status?.volumesAttached?.map((one) => one.name) ?? [], status?.volumesInUse ?? []];
};
const told = async (name: string) =>
  (await world.list(events)).filter((e) => e.involvedObject.name === name).map((e) => `${e.reason}: ${e.message}`);

it("attaches what a scheduled pod needs, says so, and detaches once no pod needs it and the node uses it no more", async () => {
  await makeVolume();
  await makePod("one", "a");
  await pass(3);
  expect(
    (await world.list<VolumeAttachment>(volumeAttachments)).map(({ metadata, spec }) => [metadata.name, spec]),
  ).toEqual([
    [
      attachmentName({ driver: DRIVER, volumeHandle: "handle-disk" }, "a"),
      { attacher: DRIVER, nodeName: "a", source: { persistentVolumeName: "disk" } },
    ],
  ]);
  await pass(3);
  expect(await onNode("a")).toEqual([[UNIQUE], [UNIQUE]]);
  expect(await told("one")).toEqual(['SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "disk" ']);
  await removePod("one");
  await pass(3, ["a"]);
  expect(await attached()).toEqual(["a true"]);
  await pass(4);
  expect([await attached(), await onNode("a")]).toEqual([[], [[], []]]);
});

it("keeps a volume that only one node may have from a second, and gives it over when the first is done", async () => {
  await makeVolume();
  await makePod("one", "a");
  await pass(5);
  await makePod("two", "b");
  await pass(4);
  expect([await attached(), await told("two")]).toEqual([
    ["a true"],
    ['FailedAttachVolume: Multi-Attach error for volume "disk" Volume is already used by pod(s) one'],
  ]);
  await removePod("one");
  await pass(8);
  expect([await attached(), await onNode("b"), (await told("two")).at(-1)]).toEqual([
    ["b true"],
    [[UNIQUE], [UNIQUE]],
    'SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "disk" ',
  ]);
});

it("gives a shared volume to all that want it", async () => {
  checked = false;
  await makeVolume("disk", ["ReadWriteMany"]);
  await makePod("one", "a");
  await makePod("two", "b");
  await pass(5);
  expect(await attached()).toEqual(expect.arrayContaining(["a true", "b true"]));
});

it("attaches nothing for a driver that needs none, for nodes that see to it themselves, or for pods that have ended", async () => {
  const driver: CSIDriver = {
    apiVersion: "storage.k8s.io/v1",
    kind: "CSIDriver",
    metadata: { name: DRIVER },
    spec: { attachRequired: false },
  };
  await world.create(csiDrivers, driver);
  await makeVolume();
  await makePod("one", "a");
  await world.pass(3);
  expect(await attached()).toEqual([]);
  await world.client.resource(csiDrivers).delete({ name: DRIVER }, {}, world.signal);
  await pass(3);
  expect(await attached()).toEqual(["a true"]);
  const ended = await world.get<Pod>(pods, at("one"));
  await world.client.resource<Pod>(pods).updateStatus({ ...ended, status: { phase: "Succeeded" } }, {}, world.signal);
  await patchNode("a", { status: { volumesInUse: [] } }, "status");
  actors.mounted.clear();
  checked = false;
  await world.pass(3);
  expect(await attached()).toEqual([]);
  await patchNode("b", {
    metadata: { annotations: { "volumes.kubernetes.io/controller-managed-attach-detach": null } },
  });
  await makePod("two", "b");
  await world.pass(3);
  expect(await attached()).toEqual([]);
});

it("says what the attacher says, once, and again that it went well in the end", async () => {
  actors.attachError = "rpc error: code = Internal desc = no slot";
  await makeVolume();
  await makePod("one", "a");
  await pass(5);
  actors.attachError = undefined;
  await pass(3);
  expect(await told("one")).toEqual([
    'FailedAttachVolume: AttachVolume.Attach failed for volume "disk" : rpc error: code = Internal desc = no slot',
    'SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "disk" ',
  ]);
});

async function unready(name: string): Promise<void> {
  const conditions = [{ type: "Ready", status: "Unknown", lastTransitionTime: formatTime(world.clock.nowMs()) }];
  await patchNode(name, { status: { conditions } }, "status");
}

it("takes a volume from a node that is not well six minutes after no pod wants it, not from one that is", async () => {
  await makeVolume();
  await makePod("one", "a");
  await pass(5);
  await removePod("one");
  await pass(1, ["a"]);
  for (let i = 0; i < 40; i++) {
    const now = formatTime(world.clock.nowMs());
    const conditions = [{ type: "Ready", status: "True", lastHeartbeatTime: now, lastTransitionTime: now }];
    await patchNode("a", { status: { conditions } }, "status");
    await world.pass(10);
  }
  expect(await attached()).toEqual(["a true"]);
  checked = false;
  await unready("a");
  await world.pass(3);
  expect([await attached(), (await onNode("a"))[0]]).toEqual([[], []]);
});

it("leaves a volume on a node that is not well for ever where that is asked for", async () => {
  await world.stop();
  world = await startWorld({ keepAttached: true });
  actors = storageActors(world, UNIQUE);
  await addNode(world, "a");
  await patchNode("a", {
    metadata: { annotations: { "volumes.kubernetes.io/controller-managed-attach-detach": "true" } },
  });
  await makeVolume();
  await makePod("one", "a");
  await pass(5);
  await unready("a");
  await removePod("one");
  await world.pass(1000);
  expect(await attached()).toEqual(["a true"]);
});

it("waits six minutes where a node is not well already, and not at all where it is out of service", async () => {
  await makeVolume();
  await makePod("one", "a");
  await pass(5);
  await unready("a");
  await removePod("one");
  await world.pass(330);
  expect(await attached()).toEqual(["a true"]);
  await world.pass(60);
  expect(await attached()).toEqual([]);
  actors.mounted.clear();
  await makePod("two", "b");
  await pass(5, ["a"]);
  await removePod("two");
  const key = "node.kubernetes.io/out-of-service";
  await patchNode("b", { spec: { taints: [{ key, value: "nodeshutdown", effect: "NoExecute" }] } });
  actors.mounted.clear();
  await world.pass(3);
  expect(await attached()).toEqual([]);
});

it("detaches from a node that is gone", async () => {
  await makeVolume();
  await makePod("one", "a");
  await pass(5);
  await world.client.resource(nodes).delete({ name: "a" }, {}, world.signal);
  await world.pass(3);
  expect(await attached()).toEqual(["a true"]);
  checked = false;
  await removePod("one");
  await world.pass(3);
  expect(await attached()).toEqual([]);
});

it("lets an attachment go only after the node's status, as it was seen, no longer offers the volume", async () => {
  await makeVolume();
  await makePod("one", "a");
  await pass(5);
  await removePod("one");
  actors.mounted.clear();
  let refused = 0;
  const writes: string[] = [];
  world.refuse = ({ method, path }) => {
    const status = method === "PATCH" && path === "/api/v1/nodes/a/status";
    const gone = method === "DELETE" && path.includes("/volumeattachments/");
    if (status || gone) writes.push(method);
    return status && refused++ < 3 ? new StatusError("Conflict", "somebody else has written") : undefined;
  };
  await pass(6);
  expect([writes, await attached()]).toEqual([["PATCH", "PATCH", "PATCH", "PATCH", "DELETE"], []]);
});

it.each([1, 2, 3])(
  "controllers that live for %d writes move a volume from node to node and lose nothing",
  async (writes) => {
    let left = writes;
    world.refuse = ({ method, path }) => {
      if (method === "GET" || path.endsWith("/events")) return undefined;
      return left-- > 0 ? undefined : new StatusError("ServiceUnavailable", "the process is dead");
    };
    const live = async (lives: number): Promise<void> => {
      for (let life = 0; life < lives; life++) {
        left = writes;
        await world.restartControllers();
        await pass(2);
      }
    };
    await makeVolume();
    await makePod("one", "a");
    await makePod("two", "b");
    await live(12);
    const [first = ""] = await attached();
    expect(["a true", "b true"]).toContain(first);
    await removePod(first.startsWith("a") ? "one" : "two");
    await live(14);
    expect(await attached()).toEqual([first.startsWith("a") ? "b true" : "a true"]);
    await removePod(first.startsWith("a") ? "two" : "one");
    await live(8);
    expect(await attached()).toEqual([]);
  },
  60_000,
);
