// Pods that nobody else clears away, on the real API server with virtual time: ended ones beyond the limit, never bound ones, those of nodes
// that are out of service.
import { type Node, nodes, type Pod, pods } from "@skates/api/core/v1";
import { createInformers } from "@skates/controller-runtime";
import { createEnv, seededRandom, silentLogger, TaskGroup } from "@skates/component-base";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addNode, startWorld, type World } from "../testing/world.ts";
import { podGcController } from "./controller.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const pod = (name: string, more: Partial<Pod["metadata"]> = {}, spec: Partial<Pod["spec"]> = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default", ...more },
  spec: { containers: [{ name: "c", image: "i" }], ...spec },
});
async function make(one: Pod, status: Pod["status"] = {}): Promise<Pod> {
  const made = await world.create(pods, one);
  return await world.client
    .resource(pods)
    .updateStatus({ ...made, status: { ...made.status, ...status } }, {}, world.signal);
}
const names = async () => (await world.list(pods)).map(({ metadata }) => metadata.name);

test("evicted pods go first, then the oldest, until few enough have ended", async () => {
  const env = createEnv({ clock: world.clock, random: seededRandom(1), log: silentLogger });
  const informers = createInformers(world.client, env);
  const collector = podGcController({ client: world.client, informers, env, endedMax: 2 });
  await make(pod("oldest"), { phase: "Succeeded" });
  await world.pass(2);
  await make(pod("old"), { phase: "Failed" });
  await world.pass(2);
  await make(pod("evicted"), { phase: "Failed", reason: "Evicted" });
  await world.pass(2);
  await make(pod("young"), { phase: "Succeeded" });
  await make(pod("running"), { phase: "Running" });
  const group = new TaskGroup(world.signal);
  group.spawn((signal) => informers.run(signal));
  group.spawn((signal) => collector.run(signal));
  await world.pass(5);
  expect(await names()).toEqual(["old", "running", "young"]);
  group.stop();
  await group.join();
});

test("a pod that is to go before it was ever bound is said to have failed, and goes", async () => {
  const finalizers = ["example.com/hold"];
  await make(pod("held", { finalizers }));
  await make(pod("bound", { finalizers }, { nodeName: "n" }), { phase: "Running" });
  await addNode(world, "n");
  for (const name of ["held", "bound"]) {
    await world.client.resource(pods).delete({ namespace: "default", name }, {}, world.signal);
  }
  await world.pass(25);
  const phase = async (name: string) => (await world.get(pods, { namespace: "default", name })).status?.phase;
  expect([await phase("held"), await phase("bound")]).toEqual(["Failed", "Running"]);
});

test("pods of a node that is out of service go when they are to, others stay", async () => {
  await addNode(world, "down");
  await addNode(world, "up");
  const taint = { key: "node.kubernetes.io/out-of-service", value: "nodeshutdown", effect: "NoExecute" } as const;
  const tolerations = [{ operator: "Exists" as const }];
  for (const nodeName of ["down", "up"]) {
    for (const name of ["ending", "staying"])
      await make(pod(`${nodeName}-${name}`, {}, { nodeName, tolerations }), { phase: "Running" });
    await world.edit(nodes, { name: nodeName }, (one: Node) => ({ ...one, spec: { ...one.spec, taints: [taint] } }));
    await world.client
      .resource(pods)
      .delete({ namespace: "default", name: `${nodeName}-ending` }, { gracePeriodSeconds: 600 }, world.signal);
  }
  await world.pass(22);
  expect(await names()).toEqual(["down-ending", "down-staying", "up-ending", "up-staying"]);
  const patch = { type: "merge", body: { status: { conditions: [{ type: "Ready", status: "Unknown" }] } } } as const;
  await world.client.resource(nodes).sub("status").patch({ name: "down" }, patch, {}, world.signal);
  await world.pass(25);
  expect(await names()).toEqual(["down-staying", "up-ending", "up-staying"]);
});

test("pods of a node that the server still knows stay, whatever the caches say", async () => {
  await addNode(world, "n");
  await make(pod("a", {}, { nodeName: "n" }), { phase: "Running" });
  await make(pod("b", {}, { nodeName: "never" }), { phase: "Running" });
  // Caches that never hear of a node.
  world.interfere = (next) => async (request) => {
    if (request.method !== "GET" || request.path !== "/api/v1/nodes") return await next(request);
    const query = new URLSearchParams(request.query);
    query.set("labelSelector", "none=such");
    return await next({ ...request, query });
  };
  await world.restartControllers();
  await world.pass(90);
  expect(await names()).toEqual(["a"]);
});
