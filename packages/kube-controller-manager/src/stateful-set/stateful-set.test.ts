// Stateful sets on the real API server with virtual time: order of coming and going, updates with partitions, going back, claims.
import { controllerRevisions, type StatefulSet, statefulSets } from "@skates/api/apps/v1";
import { events, persistentVolumeClaims, type Pod, pods } from "@skates/api/core/v1";
import { StatusError } from "@skates/apimachinery";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readyKubelet, startWorld, type World } from "../testing/world.ts";

let world: World;
/** Pods that do not become ready. */
let stuck: (pod: Pod) => boolean;
beforeEach(async () => {
  world = await startWorld();
  stuck = () => false;
  const kubelet = readyKubelet(world.clock);
  world.kubelet = (pod) => (stuck(pod) && pod.metadata.deletionTimestamp === undefined ? undefined : kubelet(pod));
});
afterEach(() => world.stop());

const key = { namespace: "default", name: "web" };
function statefulSet(replicas: number, spec: Partial<StatefulSet["spec"]> = {}): StatefulSet {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { ...key, annotations: { "kubernetes.io/change-cause": "first" } },
    spec: {
      replicas,
      serviceName: "peers",
      selector: { matchLabels: { app: "a" } },
      template: template("one"),
      ...spec,
    },
  };
}
const template = (image: string) => ({
  metadata: { name: "", labels: { app: "a" } },
  spec: { containers: [{ name: "c", image }] },
});
const edit = (spec: Partial<StatefulSet["spec"]>) =>
  world.edit(statefulSets, key, (set) => ({ ...set, spec: { ...set.spec, ...spec } }));
const podNames = async () => (await world.list(pods, "default")).map((pod) => pod.metadata.name);
const images = async () => (await world.list(pods, "default")).map((pod) => pod.spec.containers[0]?.image);
const status = async () => (await world.get(statefulSets, key)).status;
const revisions = async () =>
  [...(await world.list(controllerRevisions, "default"))].sort((a, b) => Number(a.revision) - Number(b.revision));
const podEvents = async () =>
  (await world.list(events, "default"))
    .filter((event) => event.involvedObject.kind === "StatefulSet")
    .map((event) => event.message);

test("pods come one after another, each when the one before it is ready", async () => {
  stuck = (pod) => pod.metadata.name === "web-1";
  await world.create(statefulSets, statefulSet(3));
  await world.pass(5);
  expect(await podNames()).toEqual(["web-0", "web-1"]);
  expect(await status()).toMatchObject({ replicas: 2, readyReplicas: 1, availableReplicas: 1, currentReplicas: 2 });
  stuck = () => false;
  await world.pass(5);
  expect(await podNames()).toEqual(["web-0", "web-1", "web-2"]);
  const [revision] = await revisions();
  const { name } = revision?.metadata ?? { name: "" };
  expect(await status()).toEqual({
    observedGeneration: 1,
    replicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    currentReplicas: 3,
    updatedReplicas: 3,
    currentRevision: name,
    updateRevision: name,
    collisionCount: 0,
  });
  expect(await podEvents()).toContain("Create Pod web-0 in StatefulSet web successful");
});

test("a pod has name, host name, labels and owner of its own", async () => {
  await world.create(statefulSets, statefulSet(1, { ordinals: { start: 5 } }));
  await world.pass(3);
  const [pod] = await world.list(pods, "default");
  const [revision] = await revisions();
  expect(pod?.metadata).toMatchObject({
    name: "web-5",
    generateName: "web-",
    labels: {
      app: "a",
      "apps.kubernetes.io/pod-index": "5",
      "statefulset.kubernetes.io/pod-name": "web-5",
      "controller-revision-hash": revision?.metadata.name,
    },
    ownerReferences: [{ apiVersion: "apps/v1", kind: "StatefulSet", name: "web", controller: true }],
  });
  expect(pod?.spec).toMatchObject({ hostname: "web-5", subdomain: "peers" });
});

test("a revision keeps the template as a patch, with the labels and annotations that kubectl reads", async () => {
  await world.create(statefulSets, statefulSet(1));
  await world.pass(3);
  const [revision] = await revisions();
  expect(revision).toMatchObject({
    revision: 1,
    metadata: {
      labels: { app: "a", "controller.kubernetes.io/hash": expect.stringMatching(/^[a-z0-9]{8,10}$/) },
      annotations: { "kubernetes.io/change-cause": "first" },
      ownerReferences: [{ kind: "StatefulSet", name: "web", controller: true, blockOwnerDeletion: true }],
    },
    data: { spec: { template: { $patch: "replace", metadata: { labels: { app: "a" } } } } },
  });
});

test("pods go from the last to the first, one at a time", async () => {
  await world.create(statefulSets, statefulSet(3));
  await world.pass(6);
  const kubelet = world.kubelet;
  world.kubelet = undefined; // nobody ends the pods
  await edit({ replicas: 1 });
  await world.pass(3);
  const going = (await world.list(pods, "default")).filter((pod) => pod.metadata.deletionTimestamp !== undefined);
  // Those that no kubelet has are deleted at once, so the order shows in the requests.
  expect(going).toEqual([]);
  const deletions = world.requests.filter((request) => request.startsWith("DELETE ") && request.includes("/pods/"));
  expect(deletions.map((request) => request.split("/").at(-1))).toEqual(["web-2", "web-1"]);
  world.kubelet = kubelet;
  expect(await podNames()).toEqual(["web-0"]);
  expect(await podEvents()).toContain("Delete Pod web-2 in StatefulSet web successful");
});

test("parallel sets make and delete all at once, and do not wait for those that are not ready", async () => {
  stuck = () => true;
  await world.create(statefulSets, statefulSet(4, { podManagementPolicy: "Parallel" }));
  await world.pass(2);
  expect(await podNames()).toHaveLength(4);
  await edit({ replicas: 0 });
  await world.pass(2);
  expect(await podNames()).toEqual([]);
});

test("an update replaces pods from the last on, waiting for each; then the new revision is the current one", async () => {
  await world.create(statefulSets, statefulSet(3));
  await world.pass(6);
  stuck = (pod) => pod.spec.containers[0]?.image === "two";
  await edit({ template: template("two") });
  await world.pass(5);
  expect(await images()).toEqual(["one", "one", "two"]);
  expect(await status()).toMatchObject({ replicas: 3, readyReplicas: 2, currentReplicas: 2, updatedReplicas: 1 });
  stuck = () => false;
  await world.pass(8);
  expect(await images()).toEqual(["two", "two", "two"]);
  const [, second] = await revisions();
  expect(await status()).toMatchObject({
    currentReplicas: 3,
    updatedReplicas: 3,
    currentRevision: second?.metadata.name,
    updateRevision: second?.metadata.name,
  });
});

test("pods below the partition stay as they were, also when they come back", async () => {
  const updateStrategy = { type: "RollingUpdate", rollingUpdate: { partition: 2 } } as const;
  await world.create(statefulSets, statefulSet(3, { updateStrategy }));
  await world.pass(6);
  await edit({ template: template("two") });
  await world.pass(6);
  expect(await images()).toEqual(["one", "one", "two"]);
  await world.client.resource(pods).delete({ namespace: "default", name: "web-0" }, {}, world.signal);
  await world.pass(4);
  expect(await images()).toEqual(["one", "one", "two"]);
  await edit({ updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } } });
  await world.pass(8);
  expect(await images()).toEqual(["two", "two", "two"]);
});

test("with OnDelete a pod is replaced when somebody deletes it", async () => {
  await world.create(statefulSets, statefulSet(2, { updateStrategy: { type: "OnDelete" } }));
  await world.pass(5);
  await edit({ template: template("two") });
  await world.pass(5);
  expect(await images()).toEqual(["one", "one"]);
  await world.client.resource(pods).delete({ namespace: "default", name: "web-0" }, {}, world.signal);
  await world.pass(3);
  expect(await images()).toEqual(["two", "one"]);
});

test("going back to an earlier template makes its revision the newest; few are kept", async () => {
  await world.create(statefulSets, statefulSet(1, { revisionHistoryLimit: 1 }));
  await world.pass(3);
  const [first] = await revisions();
  await edit({ template: template("two") });
  await world.pass(5);
  await edit({ template: template("one") });
  await world.pass(5);
  expect(
    (await revisions()).map(({ metadata, revision }) => [metadata.name === first?.metadata.name, revision]),
  ).toEqual([
    [false, 2],
    [true, 3],
  ]);
  expect(await images()).toEqual(["one"]);
  for (const image of ["three", "four"]) {
    await edit({ template: template(image) });
    await world.pass(5);
  }
  expect((await revisions()).map(({ revision }) => revision)).toEqual([4, 5]);
});

test("a name that is taken leads to another one", async () => {
  await world.create(statefulSets, statefulSet(1));
  await world.pass(3);
  const [first] = await revisions();
  const set = await world.get(statefulSets, key);
  await world.client.resource(statefulSets).delete(key, {}, world.signal);
  await world.pass(5);
  if (first === undefined) throw new Error("no revision");
  const { name, namespace } = first.metadata;
  await world.create(controllerRevisions, { ...first, metadata: { name, namespace }, data: { other: true } });
  await world.create(statefulSets, { ...statefulSet(1), spec: set.spec });
  await world.pass(5);
  expect(await status()).toMatchObject({ collisionCount: 1, readyReplicas: 1 });
  expect((await revisions()).map((one) => one.metadata.name)).toHaveLength(2);
});

test("a pod that ended is made anew under its name", async () => {
  await world.create(statefulSets, statefulSet(1));
  await world.pass(3);
  const [pod] = await world.list(pods, "default");
  if (pod === undefined) throw new Error("no pod");
  const failed = { ...pod, status: { ...pod.status, phase: "Failed" as const } };
  await world.client.resource(pods).updateStatus(failed, {}, world.signal);
  await world.pass(4);
  const [next] = await world.list(pods, "default");
  expect([next?.metadata.name, next?.metadata.uid === pod.metadata.uid, next?.status?.phase]).toEqual([
    "web-0",
    false,
    "Running",
  ]);
});

const claims: StatefulSet["spec"]["volumeClaimTemplates"] = [
  {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", labels: { tier: "db" } },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  },
];
const claimsThere = async () =>
  (await world.list(persistentVolumeClaims, "default")).map(({ metadata }) => [
    metadata.name,
    metadata.ownerReferences?.map((owner) => owner.kind) ?? [],
  ]);

test("each pod gets claims of its own, which stay when it goes", async () => {
  await world.create(statefulSets, statefulSet(2, { volumeClaimTemplates: claims }));
  await world.pass(5);
  const [pod] = await world.list(pods, "default");
  expect(pod?.spec.volumes).toContainEqual({
    name: "data",
    persistentVolumeClaim: { claimName: "data-web-0" },
  });
  const [claim] = await world.list(persistentVolumeClaims, "default");
  expect(claim).toMatchObject({
    metadata: { labels: { app: "a", tier: "db" } },
    spec: { accessModes: ["ReadWriteOnce"] },
  });
  expect(await podEvents()).toContain("Create Claim data-web-0 Pod web-0 in StatefulSet web success");
  await edit({ replicas: 0 });
  await world.pass(5);
  expect(await podNames()).toEqual([]);
  expect(await claimsThere()).toEqual([
    ["data-web-0", []],
    ["data-web-1", []],
  ]);
});

test("claims go with the set, or with the pod, as the retention policy says", async () => {
  const whole = { whenDeleted: "Delete", whenScaled: "Delete" };
  await world.create(
    statefulSets,
    statefulSet(2, { volumeClaimTemplates: claims, persistentVolumeClaimRetentionPolicy: whole }),
  );
  await world.pass(6);
  expect(await claimsThere()).toEqual([
    ["data-web-0", ["StatefulSet"]],
    ["data-web-1", ["StatefulSet"]],
  ]);
  await edit({ replicas: 1 });
  await world.pass(8);
  const left = (await world.list(persistentVolumeClaims, "default")).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
  expect(left.map(({ metadata }) => metadata.name)).toEqual(["data-web-0"]);
  await edit({ persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" } });
  await world.pass(3);
  expect(await claimsThere()).toContainEqual(["data-web-0", []]);
});

test("pods that are refused are told of, and made once they are allowed", async () => {
  world.refuse = (request) =>
    request.method === "POST" && request.path.endsWith("/pods") ? new StatusError("Forbidden", "no room") : undefined;
  await world.create(statefulSets, statefulSet(1));
  await world.pass(3);
  expect(await podEvents()).toContain("Create Pod web-0 in StatefulSet web failed error: no room");
  world.refuse = undefined;
  await world.pass(30);
  expect(await status()).toMatchObject({ readyReplicas: 1 });
});

test("a pod waits for a claim that is being deleted, and that is told", async () => {
  await world.create(persistentVolumeClaims, {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data-web-0", namespace: "default", finalizers: ["example.com/keep"] },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  });
  const claim = { namespace: "default", name: "data-web-0" };
  await world.client.resource(persistentVolumeClaims).delete(claim, {}, world.signal);
  await world.create(statefulSets, statefulSet(1, { volumeClaimTemplates: claims }));
  await world.pass(3);
  expect(await podNames()).toEqual([]);
  expect(await podEvents()).toContain(
    "Create Pod web-0 in StatefulSet web failed error: pvc data-web-0 is being deleted",
  );
  await world.edit(persistentVolumeClaims, claim, (one) => ({
    ...one,
    metadata: { ...one.metadata, finalizers: undefined },
  }));
  await world.pass(5);
  expect(await podNames()).toEqual(["web-0"]);
});

test("a pod of another name is let go, whatever its labels say", async () => {
  await world.create(statefulSets, statefulSet(1));
  await world.pass(3);
  const { metadata } = await world.get(statefulSets, key);
  const owner = { apiVersion: "apps/v1", kind: "StatefulSet", name: "web", uid: metadata.uid ?? "", controller: true };
  await world.create(pods, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "other", namespace: "default", labels: { app: "a" }, ownerReferences: [owner] },
    spec: { containers: [{ name: "c", image: "i" }] },
  });
  await world.pass(3);
  const other = await world.get(pods, { namespace: "default", name: "other" });
  expect(other.metadata.ownerReferences ?? []).toEqual([]);
  expect(await status()).toMatchObject({ replicas: 1 });
});

test("a set that has what it wants causes no requests", async () => {
  await world.create(statefulSets, statefulSet(2, { volumeClaimTemplates: claims }));
  await world.pass(8);
  const before = world.requests.length;
  await world.pass(20);
  expect(world.requests.slice(before)).toEqual([]);
});

test("pods count as available after minReadySeconds, and the next one waits for that", async () => {
  await world.create(statefulSets, statefulSet(2, { minReadySeconds: 20 }));
  await world.pass(15);
  expect(await podNames()).toEqual(["web-0"]);
  await world.pass(15);
  expect(await podNames()).toEqual(["web-0", "web-1"]);
});
