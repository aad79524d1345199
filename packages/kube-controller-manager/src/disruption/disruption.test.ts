// Disruption budgets on the real API server with virtual time: counts, conditions, and evictions that respect them.
import {
  type DaemonSet,
  daemonSets,
  type Deployment,
  deployments,
  replicaSets,
  type StatefulSet,
  statefulSets,
} from "@skates/api/apps/v1";
import { customResourceDefinitions } from "@skates/api/apiextensions/v1";
import { events, type Pod, pods } from "@skates/api/core/v1";
import { type PodDisruptionBudget, podDisruptionBudgets } from "@skates/api/policy/v1";
import { type OwnerReference, type Resource, StatusError } from "@skates/apimachinery";
import { afterEach, beforeEach, expect, test } from "vitest";
import { customKind } from "../custom-kinds.ts";
import { addNode, readyKubelet, startWorld, type World } from "../testing/world.ts";

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

const key = { namespace: "default", name: "budget" };
const selector = { matchLabels: { app: "a" } };
const template = { metadata: { name: "", labels: { app: "a" } }, spec: { containers: [{ name: "c", image: "i" }] } };
function deployment(replicas: number): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: { replicas, selector, template },
  };
}
function loose(name: string): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", labels: { app: "a" } },
    spec: { containers: [{ name: "c", image: "i" }] },
  };
}
function budget(spec: Partial<NonNullable<PodDisruptionBudget["spec"]>>): PodDisruptionBudget {
  return { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { ...key }, spec: { selector, ...spec } };
}
const status = async () => (await world.get(podDisruptionBudgets, key)).status;
const reasons = async () =>
  (await world.list(events, "default"))
    .filter((event) => event.involvedObject.kind === "PodDisruptionBudget")
    .map((event) => `${event.type} ${event.reason}`);
async function evict(name: string): Promise<string> {
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace: "default" } };
  try {
    await world.client
      .resource(pods)
      .sub("eviction")
      .create({ namespace: "default", name }, eviction, {}, world.signal);
    return "evicted";
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return error.details?.causes?.[0]?.message ?? error.message;
  }
}
const firstPod = async () => (await world.list(pods, "default"))[0]?.metadata.name ?? "";

test("a number that must stay is compared with the pods that are there", async () => {
  await world.create(pods, loose("one"));
  await world.create(pods, loose("two"));
  await world.create(podDisruptionBudgets, budget({ minAvailable: 1 }));
  await world.pass(3);
  expect(await status()).toEqual({
    observedGeneration: 1,
    expectedPods: 2,
    currentHealthy: 2,
    desiredHealthy: 1,
    disruptionsAllowed: 1,
    conditions: [
      {
        type: "DisruptionAllowed",
        status: "True",
        reason: "SufficientPods",
        message: "",
        observedGeneration: 1,
        lastTransitionTime: expect.any(String),
      },
    ],
  });
});

test.each([
  [{ maxUnavailable: 1 }, { expectedPods: 4, desiredHealthy: 3, disruptionsAllowed: 1 }],
  [{ maxUnavailable: "50%" }, { expectedPods: 4, desiredHealthy: 2, disruptionsAllowed: 2 }],
  [{ maxUnavailable: "30%" }, { expectedPods: 4, desiredHealthy: 2, disruptionsAllowed: 2 }],
  [{ minAvailable: "51%" }, { expectedPods: 4, desiredHealthy: 3, disruptionsAllowed: 1 }],
])("shares are of what the managers want: %j", async (spec, expected) => {
  await world.create(deployments, deployment(4));
  await world.create(podDisruptionBudgets, budget(spec));
  await world.pass(4);
  expect(await status()).toMatchObject({ ...expected, currentHealthy: 4 });
});

test("sizes of several managers add up, and follow them", async () => {
  await world.create(deployments, deployment(2));
  const set: StatefulSet = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "default" },
    spec: { replicas: 3, selector, template, serviceName: "db" },
  };
  await world.create(statefulSets, set);
  await world.create(podDisruptionBudgets, budget({ maxUnavailable: 1 }));
  await world.pass(8);
  expect(await status()).toMatchObject({ expectedPods: 5, desiredHealthy: 4, currentHealthy: 5 });
  await world.edit(deployments, { namespace: "default", name: "web" }, (one) => ({
    ...one,
    spec: { ...one.spec, replicas: 4 },
  }));
  await world.pass(4);
  expect(await status()).toMatchObject({ expectedPods: 7, currentHealthy: 7 });
  expect(await world.list(replicaSets, "default")).toHaveLength(1);
});

test("without pods nothing may go, and people are told", async () => {
  await world.create(podDisruptionBudgets, budget({ minAvailable: 0 }));
  await world.pass(3);
  expect((await status())?.conditions?.[0]).toMatchObject({ status: "False", reason: "InsufficientPods" });
  expect(await reasons()).toContain("Normal NoPods");
});

test("pods that nobody manages cannot be part of a share", async () => {
  await world.create(pods, loose("one"));
  await world.create(podDisruptionBudgets, budget({ maxUnavailable: 1 }));
  await world.pass(3);
  expect(await reasons()).toContain("Warning UnmanagedPods");
  expect((await status())?.disruptionsAllowed ?? 0).toBe(0);
});

test("pods of managers without a size are said not to be countable", async () => {
  await addNode(world, "n1");
  const set: DaemonSet = {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "agent", namespace: "default" },
    spec: { selector, template },
  };
  await world.create(daemonSets, set);
  await world.create(podDisruptionBudgets, budget({ maxUnavailable: 1 }));
  await world.pass(2);
  expect((await status())?.conditions?.[0]).toMatchObject({
    status: "False",
    reason: "SyncFailed",
    message: "daemonsets.apps does not implement the scale subresource",
  });
  expect(await reasons()).toContain("Warning CalculateExpectedPodCountFailed");
});

test("evictions are granted one after another, as fast as pods come back", async () => {
  await world.create(deployments, deployment(3));
  await world.create(podDisruptionBudgets, budget({ minAvailable: 2 }));
  await world.pass(5);
  stuck = () => true;
  expect(await evict(await firstPod())).toBe("evicted");
  await world.pass(3);
  const ready = (await world.list(pods, "default")).find((pod) => pod.status?.phase === "Running");
  expect(await evict(ready?.metadata.name ?? "")).toBe(
    "The disruption budget budget needs 2 healthy pods and has 2 currently",
  );
  stuck = () => false;
  await world.pass(3);
  expect(await evict(ready?.metadata.name ?? "")).toBe("evicted");
});

test("an eviction that was granted counts until the pod is gone, or two minutes", async () => {
  await world.create(pods, {
    ...loose("one"),
    metadata: { ...loose("one").metadata, finalizers: ["example.com/hold"] },
  });
  await world.create(pods, loose("two"));
  await world.create(podDisruptionBudgets, budget({ minAvailable: 1 }));
  await world.pass(3);
  const now = await world.get(podDisruptionBudgets, key);
  const disruptedPods = { one: new Date(world.clock.nowMs()).toISOString().replace(/\.\d+/, "") };
  await world.client
    .resource(podDisruptionBudgets)
    .updateStatus({ ...now, status: { ...now.status, disruptedPods } }, {}, world.signal);
  await world.pass(3);
  expect(await status()).toMatchObject({ disruptedPods, currentHealthy: 1 });
  await world.pass(125);
  expect(await status()).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 1 });
  expect((await status())?.disruptedPods).toBeUndefined();
  expect((await world.list(events, "default")).map(({ reason }) => reason)).toContain("NotDeleted");
});

test("pods that are not ready may go while the budget is healthy, or always if it says so", async () => {
  await world.create(pods, loose("sound"));
  await world.create(pods, loose("broken"));
  await world.create(podDisruptionBudgets, budget({ minAvailable: 2 }));
  await world.pass(3);
  const broken = await world.get(pods, { namespace: "default", name: "broken" });
  const unready = { ...broken, status: { ...broken.status, conditions: [{ type: "Ready", status: "False" }] } };
  await world.client.resource(pods).updateStatus(unready, {}, world.signal);
  await world.pass(2);
  expect(await evict("broken")).toBe("The disruption budget budget needs 2 healthy pods and has 1 currently");
  await world.edit(podDisruptionBudgets, key, (one) => ({
    ...one,
    spec: { ...one.spec, unhealthyPodEvictionPolicy: "AlwaysAllow" as const },
  }));
  await world.pass(2);
  expect(await evict("sound")).toBe("The disruption budget budget needs 2 healthy pods and has 1 currently");
  expect(await evict("broken")).toBe("evicted");
});

test("owners of custom kinds are asked for their size by the scale subresource", async () => {
  const version = (more: object) => ({
    name: "v1",
    served: true,
    storage: true,
    schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
    ...more,
  });
  const define = async (plural: string, kind: string, more: object): Promise<Resource> => {
    const name = `${plural}.example.com`;
    await world.create(customResourceDefinitions, {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name },
      spec: { group: "example.com", scope: "Namespaced", names: { plural, kind }, versions: [version(more)] },
    });
    await world.pass(3);
    const found = customKind(await world.get(customResourceDefinitions, { name }));
    if (found === undefined) throw new Error("the definition is not established");
    return found;
  };
  const scale = { specReplicasPath: ".spec.crew", statusReplicasPath: ".status.crew" };
  const boats = await define("boats", "Boat", { subresources: { scale } });
  const rafts = await define("rafts", "Raft", {});
  const made = async (resource: Resource, crew: number) => {
    const { kind } = resource;
    const object = {
      apiVersion: "example.com/v1",
      kind,
      metadata: { name: "a", namespace: "default" },
      spec: { crew },
    };
    const { metadata } = await world.create(resource, object);
    return { apiVersion: "example.com/v1", kind, name: "a", uid: metadata.uid ?? "", controller: true };
  };
  const owned = (name: string, owner: OwnerReference): Pod => {
    const pod = loose(name);
    return { ...pod, metadata: { ...pod.metadata, ownerReferences: [owner] } };
  };
  const owner = await made(boats, 4);
  for (const name of ["one", "two", "three"]) await world.create(pods, owned(name, owner));
  await world.create(podDisruptionBudgets, budget({ maxUnavailable: "50%" }));
  await world.pass(4);
  expect(await status()).toMatchObject({
    expectedPods: 4,
    desiredHealthy: 2,
    currentHealthy: 3,
    disruptionsAllowed: 1,
  });
  // It has fewer pods by then, which is noticed when its pods change.
  await world.client
    .resource(boats)
    .patch({ namespace: "default", name: "a" }, { type: "merge", body: { spec: { crew: 2 } } }, {}, world.signal);
  await world.pass(6);
  await world.client.resource(pods).delete({ namespace: "default", name: "three" }, {}, world.signal);
  await world.pass(4);
  expect(await status()).toMatchObject({
    expectedPods: 2,
    desiredHealthy: 1,
    currentHealthy: 2,
    disruptionsAllowed: 1,
  });
  const asked = () => world.requests.filter((request) => request.endsWith("/boats/a/scale")).length;
  const before = asked();
  await world.pass(60);
  expect(asked()).toBe(before);
  await world.create(pods, owned("four", await made(rafts, 1)));
  await world.pass(4);
  expect((await status())?.conditions?.[0]).toMatchObject({
    status: "False",
    reason: "SyncFailed",
    message: "rafts.example.com does not implement the scale subresource",
  });
});
