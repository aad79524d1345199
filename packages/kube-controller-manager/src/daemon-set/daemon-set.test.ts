// Daemon sets on the real API server with virtual time: which nodes get a pod, updates with both bounds, failing pods, history.
import { controllerRevisions, type DaemonSet, daemonSets } from "@skates/api/apps/v1";
import { events, nodes, type Pod, pods } from "@skates/api/core/v1";
import { StatusError } from "@skates/apimachinery";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addNode, readyKubelet, startWorld, type World } from "../testing/world.ts";
import { daemonTolerations, targetNode } from "./daemon-pod.ts";
import { rememberFailures } from "./failed-pods.ts";

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

const key = { namespace: "default", name: "agent" };
type Spec = Partial<DaemonSet["spec"]>;
function daemonSet(spec: Spec = {}): DaemonSet {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { ...key },
    spec: { selector: { matchLabels: { app: "a" } }, template: template("one"), ...spec },
  };
}
const template = (image: string, more: object = {}) => ({
  metadata: { name: "", labels: { app: "a" } },
  spec: { containers: [{ name: "c", image }], ...more },
});
const edit = (spec: Spec) => world.edit(daemonSets, key, (set) => ({ ...set, spec: { ...set.spec, ...spec } }));
const status = async () => (await world.get(daemonSets, key)).status;
const placed = async () =>
  (await world.list(pods, "default")).map((pod) => `${targetNode(pod)} ${pod.spec.containers[0]?.image}`).sort();
const taint = (node: string, effect: "NoSchedule" | "NoExecute") =>
  world.edit(nodes, { name: node }, (one) => ({ ...one, spec: { ...one.spec, taints: [{ key: "own", effect }] } }));
async function threeNodes(): Promise<void> {
  for (const name of ["n1", "n2", "n3"]) await addNode(world, name);
}

test("each node gets a pod that can run nowhere else; nodes that come later too", async () => {
  await addNode(world, "n1");
  await world.create(daemonSets, daemonSet());
  await world.pass(3);
  await addNode(world, "n2");
  await world.pass(3);
  expect(await placed()).toEqual(["n1 one", "n2 one"]);
  const [pod] = await world.list(pods, "default");
  const [revision] = await world.list(controllerRevisions, "default");
  expect(pod?.metadata).toMatchObject({
    generateName: "agent-",
    labels: {
      app: "a",
      "controller-revision-hash": revision?.metadata.labels?.["controller-revision-hash"],
      "pod-template-generation": "1",
    },
    ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name: "agent", controller: true }],
  });
  expect(revision?.metadata.name).toBe(`agent-${revision?.metadata.labels?.["controller-revision-hash"]}`);
  expect(await status()).toEqual({
    observedGeneration: 1,
    desiredNumberScheduled: 2,
    currentNumberScheduled: 2,
    numberMisscheduled: 0,
    numberReady: 2,
    updatedNumberScheduled: 2,
    numberAvailable: 2,
  });
  const told = await world.list(events, "default");
  expect(told.filter(({ reason }) => reason === "SuccessfulCreate").map((event) => event.source?.component)).toEqual([
    "daemonset-controller",
    "daemonset-controller",
  ]);
});

test("only nodes that the template selects get one; those that no longer fit lose theirs", async () => {
  await threeNodes();
  const label = (node: string, disk: string) =>
    world.edit(nodes, { name: node }, (one) => ({ ...one, metadata: { ...one.metadata, labels: { disk } } }));
  await label("n1", "ssd");
  await label("n2", "ssd");
  await world.create(daemonSets, daemonSet({ template: template("one", { nodeSelector: { disk: "ssd" } }) }));
  await world.pass(3);
  expect(await placed()).toEqual(["n1 one", "n2 one"]);
  await label("n2", "hdd");
  await world.pass(4);
  expect(await placed()).toEqual(["n1 one"]);
  expect(await status()).toMatchObject({ desiredNumberScheduled: 1, numberMisscheduled: 0 });
});

test("a taint NoSchedule keeps new pods away but lets those stay that are there; NoExecute does not", async () => {
  await threeNodes();
  await taint("n3", "NoSchedule");
  await world.create(daemonSets, daemonSet());
  await world.pass(3);
  expect(await placed()).toEqual(["n1 one", "n2 one"]);
  await taint("n2", "NoSchedule");
  await world.pass(3);
  expect(await placed()).toEqual(["n1 one", "n2 one"]);
  expect(await status()).toMatchObject({ desiredNumberScheduled: 1, numberMisscheduled: 1 });
  await taint("n2", "NoExecute");
  await world.pass(4);
  expect(await placed()).toEqual(["n1 one"]);
});

test("an update replaces as many pods at a time as may be missing", async () => {
  await threeNodes();
  await world.create(daemonSets, daemonSet());
  await world.pass(4);
  stuck = (pod) => pod.spec.containers[0]?.image === "two";
  await edit({ template: template("two") });
  await world.pass(5);
  expect((await placed()).filter((pod) => pod.endsWith("two"))).toHaveLength(1);
  expect(await status()).toMatchObject({ updatedNumberScheduled: 1, numberAvailable: 2, numberUnavailable: 1 });
  stuck = () => false;
  await world.pass(12);
  expect(await placed()).toEqual(["n1 two", "n2 two", "n3 two"]);
  expect(await status()).toMatchObject({ observedGeneration: 2, updatedNumberScheduled: 3, numberAvailable: 3 });
});

test("with surge the new pod is there before the old one goes", async () => {
  await threeNodes();
  const updateStrategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } as const;
  await world.create(daemonSets, daemonSet({ updateStrategy }));
  await world.pass(4);
  stuck = (pod) => pod.spec.containers[0]?.image === "two";
  await edit({ template: template("two") });
  await world.pass(5);
  expect(await placed()).toHaveLength(4);
  expect(await status()).toMatchObject({ numberAvailable: 3, currentNumberScheduled: 3 });
  stuck = () => false;
  await world.pass(15);
  expect(await placed()).toEqual(["n1 two", "n2 two", "n3 two"]);
});

test("with OnDelete a pod is replaced when somebody deletes it", async () => {
  await threeNodes();
  await world.create(daemonSets, daemonSet({ updateStrategy: { type: "OnDelete" } }));
  await world.pass(4);
  await edit({ template: template("two") });
  await world.pass(5);
  expect(await placed()).toEqual(["n1 one", "n2 one", "n3 one"]);
  const [first] = await world.list(pods, "default");
  if (first === undefined) throw new Error("no pod");
  await world.client.resource(pods).delete(first.metadata, {}, world.signal);
  await world.pass(4);
  expect((await placed()).filter((pod) => pod.endsWith("two"))).toHaveLength(1);
  expect(await status()).toMatchObject({ updatedNumberScheduled: 1 });
});

test("going back makes the earlier revision the newest; those beyond the limit are deleted", async () => {
  await addNode(world, "n1");
  await world.create(daemonSets, daemonSet({ revisionHistoryLimit: 1 }));
  await world.pass(4);
  for (const image of ["two", "one", "three"]) {
    await edit({ template: template(image) });
    await world.pass(8);
  }
  expect(await placed()).toEqual(["n1 three"]);
  const kept = await world.list(controllerRevisions, "default");
  expect(kept.map(({ revision }) => Number(revision)).sort((a, b) => a - b)).toEqual([3, 4]);
  expect((await world.get(daemonSets, key)).metadata.annotations).toEqual({
    "deprecated.daemonset.template.generation": "4",
  });
});

test("revisions that are alike become one, and no pod is replaced for it", async () => {
  await threeNodes();
  await world.create(daemonSets, daemonSet({ updateStrategy: { type: "OnDelete" } }));
  await world.pass(4);
  await edit({ template: template("two") });
  await world.pass(4);
  const [first] = await world.list(pods, "default");
  await world.client.resource(pods).delete(first?.metadata ?? key, {}, world.signal);
  await world.pass(4);
  const revisions = await world.list(controllerRevisions, "default");
  const present = revisions.find(({ revision }) => revision === 2);
  if (present === undefined) throw new Error("no second revision");
  const labels = { ...present.metadata.labels, "controller-revision-hash": "twin" };
  const { namespace, ownerReferences } = present.metadata;
  const before = await world.list(pods, "default");
  await world.create(controllerRevisions, {
    ...present,
    metadata: { namespace, name: "agent-twin", labels, ownerReferences },
    revision: 7,
  });
  await world.pass(4);
  const after = await world.list(controllerRevisions, "default");
  expect(after.map(({ metadata: { name }, revision }) => [name, revision])).toEqual([
    [revisions.find(({ revision }) => revision === 1)?.metadata.name, 1],
    ["agent-twin", 7],
  ]);
  const shown = (all: readonly Pod[]) =>
    all.map(({ metadata: { uid, labels: own }, spec }) => [
      uid,
      spec.containers[0]?.image,
      spec.containers[0]?.image === "two" ? "twin" : own?.["controller-revision-hash"],
    ]);
  // Those of the first template are still of the first revision.
  expect(
    (await world.list(pods, "default")).map(({ metadata, spec }) => [
      metadata.uid,
      spec.containers[0]?.image,
      metadata.labels?.["controller-revision-hash"],
    ]),
  ).toEqual(shown(before));
});

test("a failed pod is replaced, and people are told", async () => {
  await addNode(world, "n1");
  await world.create(daemonSets, daemonSet());
  await world.pass(3);
  const [first] = await world.list(pods, "default");
  if (first === undefined) throw new Error("no pod");
  const failed = { ...first, status: { ...first.status, phase: "Failed" as const } };
  await world.client.resource(pods).updateStatus(failed, {}, world.signal);
  await world.pass(4);
  expect(
    (await world.list(pods, "default")).map((pod) => [pod.metadata.uid === first.metadata.uid, pod.status?.phase]),
  ).toEqual([[false, "Running"]]);
  const told = (await world.list(events, "default")).find(({ reason }) => reason === "FailedDaemonPod");
  expect(told?.message).toBe(`Found failed daemon pod default/${first.metadata.name} on node n1, will try to kill it`);
});

test("pods that fail again and again are replaced with growing pauses", () => {
  const failures = rememberFailures();
  const pod = (uid: string): Pod => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: uid, uid },
    spec: { containers: [] },
  });
  const at = (uid: string, nowMs: number) => failures(daemonSet(), "n", { pod: pod(uid), nowMs });
  expect([at("a", 1000), at("a", 1500), at("b", 1500), at("c", 2100), at("d", 9000)]).toEqual([
    1000, 1000, 2000, 4000, 9000,
  ]);
  expect(at("e", 9000 + 2 * 15 * 60_000)).toBe(9000 + 2 * 15 * 60_000);
});

test("pods that are refused are told of", async () => {
  await addNode(world, "n1");
  world.refuse = (request) =>
    request.method === "POST" && request.path.endsWith("/pods") ? new StatusError("Forbidden", "no room") : undefined;
  await world.create(daemonSets, daemonSet());
  await world.pass(3);
  const told = (await world.list(events, "default")).find(({ reason }) => reason === "FailedCreate");
  expect(told?.message).toBe("Error creating: no room");
  expect(await status()).toMatchObject({ desiredNumberScheduled: 1, currentNumberScheduled: 0, numberUnavailable: 1 });
});

test("a set that has what it wants causes no requests", async () => {
  await threeNodes();
  await world.create(daemonSets, daemonSet());
  await world.pass(6);
  const before = world.requests.length;
  await world.pass(10);
  expect(world.requests.slice(before).filter((request) => !/leases|nodes/.test(request))).toEqual([]);
});

test("daemons tolerate what befalls nodes", () => {
  const names = (more: object) =>
    daemonTolerations({ containers: [], ...more }).map(({ key: name, effect, tolerationSeconds }) => [
      name?.replace("node.kubernetes.io/", ""),
      effect,
      tolerationSeconds,
    ]);
  const limited = {
    key: "node.kubernetes.io/not-ready",
    operator: "Exists" as const,
    effect: "NoExecute" as const,
    tolerationSeconds: 5,
  };
  expect(names({ hostNetwork: true, tolerations: [limited] })).toEqual([
    ["not-ready", "NoExecute", undefined],
    ["unreachable", "NoExecute", undefined],
    ["disk-pressure", "NoSchedule", undefined],
    ["memory-pressure", "NoSchedule", undefined],
    ["pid-pressure", "NoSchedule", undefined],
    ["unschedulable", "NoSchedule", undefined],
    ["network-unavailable", "NoSchedule", undefined],
  ]);
  expect(names({})).toHaveLength(6);
});
