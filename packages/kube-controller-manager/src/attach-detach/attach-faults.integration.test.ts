// A volume that only one node may have goes from node to node through every fault; no node loses it while it uses it, and never do two have it.
import { type PersistentVolume, persistentVolumeClaims, persistentVolumes, type Pod, pods } from "@skates/api/core/v1";
import { uniqueVolumeName, type VolumeAttachment, volumeAttachments } from "@skates/api/storage/v1";
import type { Cluster } from "../testing/cluster.ts";
import { inOrder, survives } from "../testing/survival.ts";
import { patchNodeOf, type StorageActors, storageActors } from "../testing/storage-actors.ts";

const at = (name: string) => ({ namespace: "default", name });
const driver = "disk.csi.test";
const csi = { driver, volumeHandle: "handle" };
const storage = "1Gi";

const volume: PersistentVolume = {
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name: "disk" },
  spec: { accessModes: ["ReadWriteOnce"], capacity: { storage }, csi, claimRef: at("disk") },
};
const claim = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: at("disk"),
  spec: {
    accessModes: ["ReadWriteOnce" as const],
    storageClassName: "",
    volumeName: "disk",
    resources: { requests: { storage } },
  },
};
const user = (name: string, nodeName: string): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: at(name),
  spec: {
    nodeName,
    tolerations: [{ operator: "Exists" }],
    containers: [{ name: "c", image: "i" }],
    volumes: [{ name: "data", persistentVolumeClaim: { claimName: "disk" } }],
  },
});

const played = new WeakMap<Cluster, StorageActors>();
function actorsOf(cluster: Cluster): StorageActors {
  const actors = played.get(cluster) ?? storageActors(cluster.world, uniqueVolumeName(csi));
  played.set(cluster, actors);
  return actors;
}
const remove = ({ world }: Cluster, name: string) => world.client.resource(pods).delete(at(name), {}, world.signal);

survives("a volume that moves", {
  changes: [
    async ({ world }) => {
      const managed = { "volumes.kubernetes.io/controller-managed-attach-detach": "true" };
      for (const name of ["n1", "n2"]) await patchNodeOf(world, name, { metadata: { annotations: managed } });
      await world.create(persistentVolumes, volume);
      await world.create(persistentVolumeClaims, claim);
      await world.create(pods, user("one", "n1"));
    },
    ({ world }) => world.create(pods, user("two", "n2")),
    (cluster) => remove(cluster, "one"),
  ],
  always: async (cluster) => {
    const actors = actorsOf(cluster);
    actors.stuck = [...cluster.silent];
    await actors.act();
    await actors.check();
  },
  outcome: async ({ world }) =>
    inOrder(
      await world.list<VolumeAttachment>(volumeAttachments),
      ({ spec, status }) => `${spec.nodeName} ${status?.attached}`,
    ),
  expected: ["n2 true"],
  without: { "pods vanish before the writes of a plan": "nobody makes these pods again" },
});
