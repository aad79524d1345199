// A deployment from creation to rollout, scaling, history and failure, on the real API server with virtual time.
import { type Deployment, deployments, replicaSets } from "@skates/api/apps/v1";
import { events, pods } from "@skates/api/core/v1";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readyKubelet, startWorld, type World } from "../testing/world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
  world.kubelet = readyKubelet(world.clock);
});
afterEach(() => world.stop());

const key = { namespace: "default", name: "web" };
function deployment(image: string, replicas = 3): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...key, annotations: { note: "copied" } },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { name: "", labels: { app: "web" } }, spec: { containers: [{ name: "web", image }] } },
    },
  };
}
const setImage = (image: string) => (d: Deployment) => ({
  ...d,
  spec: { ...d.spec, template: deployment(image).spec.template },
});
/** Pods without a node would be gone at once when they are deleted. */
function onNode(d: Deployment): Deployment {
  const { template } = d.spec;
  const spec = { containers: [], ...template.spec, nodeName: "node-1" };
  return { ...d, spec: { ...d.spec, template: { ...template, spec } } };
}
const status = async () => (await world.get(deployments, key)).status;
const sets = async () =>
  (await world.list(replicaSets, "default")).map((set) => ({
    revision: set.metadata.annotations?.["deployment.kubernetes.io/revision"],
    replicas: set.spec.replicas,
    ready: set.status?.readyReplicas ?? 0,
  }));

test("a new deployment gets its set and pods and becomes available", async () => {
  await world.create(deployments, deployment("a"));
  await world.pass(5);
  expect(await status()).toMatchObject({
    observedGeneration: 1,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    conditions: [
      { type: "Available", status: "True", reason: "MinimumReplicasAvailable" },
      { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" },
    ],
  });
  const made = await world.get(deployments, key);
  expect(made.metadata.annotations).toEqual({ note: "copied", "deployment.kubernetes.io/revision": "1" });
  const [set] = await world.list(replicaSets, "default");
  expect(set?.metadata).toMatchObject({
    name: expect.stringMatching(/^web-[b-z2-9]{8,10}$/) as unknown,
    annotations: {
      note: "copied",
      "deployment.kubernetes.io/desired-replicas": "3",
      "deployment.kubernetes.io/max-replicas": "4",
      "deployment.kubernetes.io/revision": "1",
    },
    ownerReferences: [
      { apiVersion: "apps/v1", kind: "Deployment", name: "web", controller: true, blockOwnerDeletion: true },
    ],
  });
  const all = await world.list(pods, "default");
  expect(all.map((pod) => pod.metadata.generateName)).toEqual(
    Array.from({ length: 3 }, () => `${set?.metadata.name}-`),
  );
  const told = await world.list(events, "default");
  expect(told.map(({ reason, message }) => `${reason} ${message}`).sort()).toEqual(
    [
      `ScalingReplicaSet Scaled up replica set ${set?.metadata.name} from 0 to 3`,
      ...all.map((pod) => `SuccessfulCreate Created pod: ${pod.metadata.name}`).sort(),
    ].sort(),
  );
});

test("a changed template rolls out within the bounds, and the old set stays as history", async () => {
  await world.create(deployments, deployment("a", 4));
  await world.pass(5);
  await world.edit(deployments, key, setImage("b"));
  const seen: { readonly total: number; readonly available: number }[] = [];
  for (let i = 0; i < 30; i++) {
    await world.pass(1);
    const now = await status();
    seen.push({ total: (await world.list(pods, "default")).length, available: now?.availableReplicas ?? 0 });
  }
  expect(Math.max(...seen.map((one) => one.total))).toBeLessThanOrEqual(5);
  expect(Math.min(...seen.map((one) => one.available))).toBeGreaterThanOrEqual(3);
  expect(await status()).toMatchObject({ replicas: 4, updatedReplicas: 4, availableReplicas: 4 });
  expect((await sets()).sort((a, b) => Number(a.revision) - Number(b.revision))).toEqual([
    { revision: "1", replicas: 0, ready: 0 },
    { revision: "2", replicas: 4, ready: 4 },
  ]);
  const images = (await world.list(pods, "default")).map((pod) => pod.spec.containers[0]?.image);
  expect(images).toEqual(["b", "b", "b", "b"]);
});

test("going back takes the old set again, with a new revision", async () => {
  await world.create(deployments, deployment("a", 1));
  await world.pass(5);
  await world.edit(deployments, key, setImage("b"));
  await world.pass(15);
  await world.edit(deployments, key, setImage("a"));
  await world.pass(15);
  expect((await sets()).sort((a, b) => Number(a.revision) - Number(b.revision))).toEqual([
    { revision: "2", replicas: 0, ready: 0 },
    { revision: "3", replicas: 1, ready: 1 },
  ]);
  expect((await world.get(deployments, key)).metadata.annotations?.["deployment.kubernetes.io/revision"]).toBe("3");
});

test("old sets beyond the limit of the history go", async () => {
  await world.create(deployments, {
    ...deployment("a", 1),
    spec: { ...deployment("a", 1).spec, revisionHistoryLimit: 1 },
  });
  await world.pass(5);
  for (const image of ["b", "c", "d"]) {
    await world.edit(deployments, key, setImage(image));
    await world.pass(15);
  }
  const revisions = (await sets()).map((set) => set.revision ?? "").sort();
  expect(revisions).toEqual(["3", "4"]);
});

test("scaling changes the size of the one set", async () => {
  await world.create(deployments, deployment("a"));
  await world.pass(5);
  await world.edit(deployments, key, (d) => ({ ...d, spec: { ...d.spec, replicas: 1 } }));
  await world.pass(5);
  expect(await sets()).toEqual([{ revision: "1", replicas: 1, ready: 1 }]);
  expect(await world.list(pods, "default")).toHaveLength(1);
});

test("a stuck rollout is said to have run out of time", async () => {
  world.kubelet = undefined;
  const slow = deployment("a", 1);
  await world.create(deployments, { ...slow, spec: { ...slow.spec, progressDeadlineSeconds: 10 } });
  await world.pass(8);
  expect((await status())?.conditions).toMatchObject([
    { type: "Available", status: "False", reason: "MinimumReplicasUnavailable" },
    { type: "Progressing", status: "True", reason: "ReplicaSetUpdated" },
  ]);
  await world.pass(6);
  const [set] = await world.list(replicaSets, "default");
  expect((await status())?.conditions).toContainEqual(
    expect.objectContaining({
      type: "Progressing",
      status: "False",
      reason: "ProgressDeadlineExceeded",
      message: `ReplicaSet "${set?.metadata.name}" has timed out progressing.`,
    }),
  );
});

test("a paused deployment is scaled but not rolled out", async () => {
  await world.create(deployments, deployment("a", 2));
  await world.pass(5);
  await world.edit(deployments, key, (d) => ({
    ...setImage("b")(d),
    spec: { ...setImage("b")(d).spec, paused: true, replicas: 3 },
  }));
  await world.pass(5);
  expect(await sets()).toEqual([{ revision: "1", replicas: 3, ready: 3 }]);
  expect((await status())?.conditions).toContainEqual(
    expect.objectContaining({ type: "Progressing", status: "Unknown", reason: "DeploymentPaused" }),
  );
  await world.edit(deployments, key, (d) => ({ ...d, spec: { ...d.spec, paused: false } }));
  await world.pass(20);
  expect((await status())?.updatedReplicas).toBe(3);
});

test("Recreate ends all old pods before it makes new ones", async () => {
  const recreate = onNode(deployment("a", 2));
  await world.create(deployments, { ...recreate, spec: { ...recreate.spec, strategy: { type: "Recreate" } } });
  await world.pass(5);
  const lively = world.kubelet;
  world.kubelet = undefined; // the old pods take their time
  await world.edit(deployments, key, (d) => onNode(setImage("b")(d)));
  await world.pass(5);
  const images = async () => (await world.list(pods, "default")).map((pod) => pod.spec.containers[0]?.image);
  expect(await images()).toEqual(["a", "a"]);
  world.kubelet = lively;
  await world.pass(10);
  expect(await images()).toEqual(["b", "b"]);
});

test("a deleted pod is replaced, and a settled deployment costs no requests", async () => {
  await world.create(deployments, deployment("a"));
  await world.pass(5);
  const [pod] = await world.list(pods, "default");
  await world.client.resource(pods).delete({ namespace: "default", name: pod?.metadata.name ?? "" }, {}, world.signal);
  await world.pass(5);
  expect(await world.list(pods, "default")).toHaveLength(3);
  await world.pass(60);
  world.requests.length = 0;
  await world.pass(600);
  expect(world.requests).toEqual([]);
});
