// Replication controllers on the real API server with virtual time: making pods, scaling, adopting, releasing, failing.
import { type Pod, pods, type ReplicationController, replicationControllers, events } from "@skates/api/core/v1";
import { StatusError } from "@skates/apimachinery";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readyKubelet, startWorld, type World } from "../testing/world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
  world.kubelet = readyKubelet(world.clock);
});
afterEach(() => world.stop());

const key = { namespace: "default", name: "rc" };
function controller(replicas: number): ReplicationController {
  return {
    apiVersion: "v1",
    kind: "ReplicationController",
    metadata: { ...key },
    spec: {
      replicas,
      template: {
        metadata: { name: "", labels: { app: "a" } },
        spec: { containers: [{ name: "c", image: "i" }] },
      },
    },
  };
}
const status = async () => (await world.get(replicationControllers, key)).status;

test("pods are made under its name, counted without those that are going, and told of", async () => {
  await world.create(replicationControllers, controller(2));
  await world.pass(3);
  expect(await status()).toEqual({
    replicas: 2,
    fullyLabeledReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    observedGeneration: 1,
  });
  const [first] = await world.list(pods, "default");
  expect(first?.metadata.ownerReferences).toMatchObject([
    { apiVersion: "v1", kind: "ReplicationController", name: "rc", controller: true, blockOwnerDeletion: true },
  ]);
  const told = await world.list(events, "default");
  expect(told.map(({ reason, source, involvedObject }) => [reason, source?.component, involvedObject.kind])).toEqual([
    ["SuccessfulCreate", "replication-controller", "ReplicationController"],
    ["SuccessfulCreate", "replication-controller", "ReplicationController"],
  ]);
});

test("it is scaled up and down", async () => {
  await world.create(replicationControllers, controller(1));
  await world.pass(3);
  for (const replicas of [4, 2, 0]) {
    await world.edit(replicationControllers, key, (one) => ({ ...one, spec: { ...one.spec, replicas } }));
    await world.pass(3);
    expect([replicas, await world.list(pods, "default")]).toEqual([
      replicas,
      expect.objectContaining({ length: replicas }),
    ]);
  }
  expect(await status()).toMatchObject({ replicas: 0, observedGeneration: 4 });
});

test("a pod that nobody manages is adopted, and released when it no longer matches", async () => {
  const loose: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "loose", namespace: "default", labels: { app: "a" } },
    spec: { containers: [{ name: "c", image: "i" }] },
  };
  await world.create(pods, loose);
  await world.create(replicationControllers, controller(1));
  await world.pass(3);
  expect((await world.list(pods, "default")).map((pod) => pod.metadata.ownerReferences?.[0]?.name)).toEqual(["rc"]);
  await world.edit(pods, { namespace: "default", name: "loose" }, (pod) => ({
    ...pod,
    metadata: { ...pod.metadata, labels: { app: "other" } },
  }));
  await world.pass(3);
  expect((await world.get(pods, { namespace: "default", name: "loose" })).metadata.ownerReferences).toBeUndefined();
  expect(await world.list(pods, "default")).toHaveLength(2);
});

test("pods that are refused are told of in the status", async () => {
  world.refuse = (request) =>
    request.method === "POST" && request.path.endsWith("/pods")
      ? new StatusError("Forbidden", 'pods "rc-" is forbidden: exceeded quota')
      : undefined;
  await world.create(replicationControllers, controller(1));
  await world.pass(3);
  expect((await status())?.conditions).toMatchObject([
    { type: "ReplicaFailure", status: "True", reason: "FailedCreate" },
  ]);
});
