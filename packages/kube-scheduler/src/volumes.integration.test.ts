// A pod whose claim waits for it, against the real API server: the scheduler gives the claim a volume, or asks for one on its node, and
// binds the pod once the volume controller (played here) has done its part.
import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  type Pod,
  pods,
} from "@skates/api/core/v1";
import { type StorageClass, storageClasses } from "@skates/api/storage/v1";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createScheduler } from "./scheduler.ts";
import { testNode, testPod } from "./testing/objects.ts";
import { schedulerClient, startTestCluster, type TestCluster } from "./testing/test-cluster.ts";

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  await cluster.start(createScheduler({ client: await schedulerClient(cluster), env: cluster.env }));
  await cluster.join(testNode("n1", { labels: { zone: "a" } }));
  await cluster.join(testNode("n2", { labels: { zone: "b" } }));
});
afterEach(() => cluster.stop());

const classOf = (name: string, provisioner: string): StorageClass => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name },
  provisioner,
  volumeBindingMode: "WaitForFirstConsumer",
});
const claimOf = (storageClassName: string): PersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data", namespace: "default" },
  spec: { storageClassName, accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
});
const pod = testPod("p", { spec: { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }] } });
const key = { namespace: "default", name: "data" };
const bound = (): Promise<Pod> =>
  cluster.until("the pod has a node", async () => {
    const now = await cluster.admin.resource(pods).get({ namespace: "default", name: "p" }, {}, cluster.signal);
    return (now.spec.nodeName ?? "") === "" ? undefined : now;
  });
/** What the volume controller does once a volume is there for the claim. */
const complete = async (volumeName: string): Promise<void> => {
  const annotations = { "pv.kubernetes.io/bind-completed": "yes" };
  const body = { metadata: { annotations }, spec: { volumeName } };
  await cluster.admin.resource(persistentVolumeClaims).patch(key, { type: "merge", body }, {}, cluster.signal);
};

it("binds a volume that is there to the claim, and the pod to a node that reaches it", async () => {
  await cluster.create(storageClasses, classOf("local", "kubernetes.io/no-provisioner"));
  const volume: PersistentVolume = {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "pv" },
    spec: {
      storageClassName: "local",
      capacity: { storage: "2Gi" },
      accessModes: ["ReadWriteOnce"],
      local: { path: "/mnt/x" },
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "In", values: ["b"] }] }] },
      },
    },
  };
  await cluster.create(persistentVolumes, volume);
  const available = { status: { phase: "Available" } };
  const volumes = cluster.admin.resource(persistentVolumes);
  await volumes.sub("status").patch({ name: "pv" }, { type: "merge", body: available }, {}, cluster.signal);
  const { metadata } = await cluster.create(persistentVolumeClaims, claimOf("local"));
  await cluster.create(pods, pod);
  const given = await cluster.until("the volume is given to the claim", async () => {
    const now = await cluster.admin.resource(persistentVolumes).get({ name: "pv" }, {}, cluster.signal);
    return now.spec?.claimRef === undefined ? undefined : now;
  });
  expect([given.spec?.claimRef?.uid, given.metadata.annotations]).toEqual([
    metadata.uid,
    { "pv.kubernetes.io/bound-by-controller": "yes" },
  ]);
  await complete("pv");
  expect((await bound()).spec.nodeName).toBe("n2");
});

it("asks for a volume on the node of its choice", async () => {
  await cluster.create(storageClasses, classOf("made", "csi.example.com"));
  await cluster.create(persistentVolumeClaims, claimOf("made"));
  await cluster.create(pods, pod);
  const selected = await cluster.until("a node is selected", async () => {
    const now = await cluster.admin.resource(persistentVolumeClaims).get(key, {}, cluster.signal);
    return now.metadata.annotations?.["volume.kubernetes.io/selected-node"];
  });
  await complete("made-for-it");
  expect((await bound()).spec.nodeName).toBe(selected);
});
