// Replica sets on the real API server with virtual time: making, adopting, releasing, deleting, failing; and the order of deletion.
import { type Pod, pods, events } from "@skates/api/core/v1";
import { type ReplicaSet, replicaSets } from "@skates/api/apps/v1";
import { formatTime, StatusError } from "@skates/apimachinery";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readyKubelet, startWorld, type World } from "../testing/world.ts";
import { inDeletionOrder } from "./delete-order.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
  world.kubelet = readyKubelet(world.clock);
});
afterEach(() => world.stop());

const key = { namespace: "default", name: "set" };
function replicaSet(replicas: number, minReadySeconds?: number): ReplicaSet {
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { ...key },
    spec: {
      replicas,
      minReadySeconds,
      selector: { matchLabels: { app: "a" } },
      template: {
        metadata: { name: "", labels: { app: "a", more: "b" }, annotations: { note: "n" } },
        spec: { containers: [{ name: "c", image: "i" }] },
      },
    },
  };
}
function pod(name: string, labels: Record<string, string>): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", labels },
    spec: { containers: [{ name: "c", image: "i" }] },
  };
}
const status = async () => (await world.get(replicaSets, key)).status;
const reasons = async () =>
  (await world.list(events, "default")).map((event) => `${event.type} ${event.reason}`).sort();

test("pods are made from the template, and the status counts them", async () => {
  await world.create(replicaSets, replicaSet(2));
  await world.pass(3);
  expect(await status()).toEqual({
    replicas: 2,
    fullyLabeledReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    terminatingReplicas: 0,
    observedGeneration: 1,
  });
  const [first] = await world.list(pods, "default");
  expect(first?.metadata).toMatchObject({
    generateName: "set-",
    labels: { app: "a", more: "b" },
    annotations: { note: "n" },
    ownerReferences: [
      { apiVersion: "apps/v1", kind: "ReplicaSet", name: "set", controller: true, blockOwnerDeletion: true },
    ],
  });
});

test("a ready pod counts as available after minReadySeconds", async () => {
  await world.create(replicaSets, replicaSet(1, 30));
  await world.pass(20);
  expect(await status()).toMatchObject({ readyReplicas: 1 });
  expect((await status())?.availableReplicas).toBeUndefined();
  await world.pass(15);
  expect(await status()).toMatchObject({ readyReplicas: 1, availableReplicas: 1 });
});

test("a matching pod that nobody manages is adopted, and released when it no longer matches", async () => {
  await world.create(pods, pod("loose", { app: "a" }));
  await world.create(replicaSets, replicaSet(2));
  await world.pass(3);
  const all = await world.list(pods, "default");
  expect(all).toHaveLength(2);
  expect(all.every((one) => one.metadata.ownerReferences?.[0]?.name === "set")).toBe(true);
  expect(await status()).toMatchObject({ replicas: 2, fullyLabeledReplicas: 1 });
  await world.edit(pods, { namespace: "default", name: "loose" }, (one) => ({
    ...one,
    metadata: { ...one.metadata, labels: { app: "other" } },
  }));
  await world.pass(3);
  expect((await world.get(pods, { namespace: "default", name: "loose" })).metadata.ownerReferences).toBeUndefined();
  expect(await world.list(pods, "default")).toHaveLength(3);
});

test("a pod of another manager is left alone", async () => {
  const owner = { apiVersion: "v1", kind: "Other", name: "x", uid: "u", controller: true };
  const managed = pod("managed", { app: "a" });
  await world.create(pods, { ...managed, metadata: { ...managed.metadata, ownerReferences: [owner] } });
  await world.create(replicaSets, replicaSet(1));
  await world.pass(3);
  expect(await world.list(pods, "default")).toHaveLength(2);
});

test("too many pods are deleted, and people are told", async () => {
  await world.create(replicaSets, replicaSet(3));
  await world.pass(3);
  await world.edit(replicaSets, key, (set) => ({ ...set, spec: { ...set.spec, replicas: 1 } }));
  await world.pass(3);
  expect(await world.list(pods, "default")).toHaveLength(1);
  expect(await reasons()).toEqual([
    "Normal SuccessfulCreate",
    "Normal SuccessfulCreate",
    "Normal SuccessfulCreate",
    "Normal SuccessfulDelete",
    "Normal SuccessfulDelete",
  ]);
});

test("a pod that ended is replaced", async () => {
  await world.create(replicaSets, replicaSet(1));
  await world.pass(3);
  const [first] = await world.list(pods, "default");
  if (first === undefined) throw new Error("no pod");
  await world.client
    .resource(pods)
    .updateStatus({ ...first, status: { ...first.status, phase: "Failed" } }, {}, world.signal);
  await world.pass(3);
  expect(await world.list(pods, "default")).toHaveLength(2);
  expect((await status())?.replicas).toBe(1);
});

test("pods that are refused are told of in events and in the status, and made once they are allowed", async () => {
  world.refuse = (request) =>
    request.method === "POST" && request.path.endsWith("/pods")
      ? new StatusError("Forbidden", 'pods "set-" is forbidden: exceeded quota')
      : undefined;
  await world.create(replicaSets, replicaSet(4));
  await world.pass(3);
  expect((await status())?.conditions).toMatchObject([
    {
      type: "ReplicaFailure",
      status: "True",
      reason: "FailedCreate",
      message: 'pods "set-" is forbidden: exceeded quota',
    },
  ]);
  const [told] = await world.list(events, "default");
  expect(told).toMatchObject({
    type: "Warning",
    reason: "FailedCreate",
    message: 'Error creating: pods "set-" is forbidden: exceeded quota',
    source: { component: "replicaset-controller" },
    involvedObject: { kind: "ReplicaSet", name: "set" },
  });
  expect(told?.count).toBeGreaterThan(3);
  world.refuse = undefined;
  await world.pass(30);
  expect(await status()).toMatchObject({ replicas: 4, availableReplicas: 4 });
  expect((await status())?.conditions).toBeUndefined();
});

test("a set that is being deleted makes no pods", async () => {
  const set = replicaSet(1);
  await world.create(replicaSets, { ...set, metadata: { ...set.metadata, finalizers: ["example.com/hold"] } });
  await world.pass(3);
  await world.client.resource(replicaSets).delete(key, {}, world.signal);
  await world.edit(replicaSets, key, (one) => ({ ...one, spec: { ...one.spec, replicas: 3 } }));
  await world.pass(3);
  expect(await world.list(pods, "default")).toHaveLength(1);
});

const now = Date.parse("2026-01-01T10:00:00Z");
interface Traits {
  readonly node?: string;
  readonly phase?: "Pending" | "Running";
  readonly readyForMs?: number;
  readonly cost?: string;
  readonly restarts?: number;
  readonly ageMs?: number;
}
function trait(name: string, { node, phase = "Running", readyForMs, cost, restarts = 0, ageMs = 1000 }: Traits): Pod {
  const since = readyForMs === undefined ? undefined : formatTime(now - readyForMs);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      uid: name,
      creationTimestamp: formatTime(now - ageMs),
      annotations: cost === undefined ? {} : { "controller.kubernetes.io/pod-deletion-cost": cost },
    },
    spec: { containers: [], nodeName: node },
    status: {
      phase,
      conditions: [{ type: "Ready", status: since === undefined ? "False" : "True", lastTransitionTime: since }],
      containerStatuses: [{ name: "c", ready: true, restartCount: restarts, image: "", imageID: "" }],
    },
  };
}

const hour = 3_600_000;
test.each<readonly [string, Pod, Pod]>([
  ["without a node", trait("b", {}), trait("a", { node: "n" })],
  ["pending", trait("b", { node: "n", phase: "Pending" }), trait("a", { node: "n" })],
  ["not ready", trait("b", { node: "n" }), trait("a", { node: "n", readyForMs: hour })],
  ["of lower cost", trait("b", { node: "n", cost: "-5" }), trait("a", { node: "n" })],
  ["of a cost that is none", trait("a", { node: "n", cost: "+1" }), trait("b", { node: "n", cost: "1" })],
  [
    "ready for less long",
    trait("b", { node: "n", readyForMs: 60_000 }),
    trait("a", { node: "n", readyForMs: 5 * hour }),
  ],
  ["with more restarts", trait("b", { node: "n", restarts: 3 }), trait("a", { node: "n" })],
  ["younger", trait("b", { node: "n", ageMs: 60_000 }), trait("a", { node: "n", ageMs: 5 * hour })],
  [
    "of lower uid when all else is alike",
    trait("a", { node: "n", ageMs: 61_000 }),
    trait("b", { node: "n", ageMs: 60_000 }),
  ],
])("a pod goes first that is %s", (_why, first, second) => {
  expect(inDeletionOrder([second, first], [], now).map((one) => one.metadata.name)).toEqual([
    first.metadata.name,
    second.metadata.name,
  ]);
});

test("of pods that stand together on a node one goes first", () => {
  const all = [trait("a", { node: "n1" }), trait("b", { node: "n2" }), trait("c", { node: "n2" })];
  expect(inDeletionOrder(all, all, now).map((one) => one.metadata.name)).toEqual(["b", "c", "a"]);
});
