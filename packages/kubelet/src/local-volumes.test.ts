// A deleted local-path volume on the real API server: its directory goes first, then the volume; a directory that resists is tried again.
import { type PersistentVolume, persistentVolumes } from "@skates/api/core/v1";
import { LOCAL_PATH } from "@skates/api/storage/v1";
import { isStatus } from "@skates/apimachinery";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runLocalVolumes } from "./local-volumes.ts";
import { startTestCluster, type TestCluster } from "./testing/test-cluster.ts";

let cluster: TestCluster;
beforeAll(async () => void (cluster = await startTestCluster()));
afterAll(() => cluster.stop());

function volume(name: string, node: string, policy: "Delete" | "Retain"): PersistentVolume {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name, labels: { [LOCAL_PATH.nodeLabel]: node }, finalizers: [LOCAL_PATH.finalizer] },
    spec: {
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: policy,
      hostPath: { path: `/volumes/${name}` },
    },
  };
}

test("directories of this node's deleted volumes are removed by their policy", async () => {
  const { admin, env, signal } = cluster;
  const api = admin.resource<PersistentVolume>(persistentVolumes);
  const removed: string[] = [];
  const directories = {
    ensure: (name: string) => Promise.resolve(name),
    remove: (name: string) => {
      removed.push(name);
      return removed.length === 1 ? Promise.reject(new Error("busy")) : Promise.resolve();
    },
  };
  const stop = cluster.start({
    name: "local-volumes",
    ready: () => true,
    run: (inner) => runLocalVolumes({ client: admin, env, nodeName: "here", directories }, inner),
  });
  await api.create(volume("mine", "here", "Delete"), {}, signal);
  await api.create(volume("kept", "here", "Retain"), {}, signal);
  await api.create(volume("other", "there", "Delete"), {}, signal);
  // The admission's own finalizer is another controller's to take.
  for (const name of ["mine", "kept", "other"]) {
    const body = { metadata: { finalizers: [LOCAL_PATH.finalizer] } };
    await api.patch({ name }, { type: "merge", body }, {}, signal);
  }
  expect(removed).toEqual([]);
  for (const name of ["mine", "kept", "other"]) await api.delete({ name }, {}, signal);
  const gone = (name: string) =>
    api.get({ name }, {}, signal).then(
      () => undefined,
      (error: unknown) => isStatus(error, "NotFound") || undefined,
    );
  await cluster.until("the volume is gone", () => gone("mine"));
  await cluster.until("the volume that is kept is gone", () => gone("kept"));
  expect([removed, (await api.get({ name: "other" }, {}, signal)).metadata.finalizers]).toEqual([
    ["mine", "mine"],
    [LOCAL_PATH.finalizer],
  ]);
  await stop();
});
