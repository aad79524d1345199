// Bindings whose requests or answers get lost, or that are refused: no pod stays behind that fits, and no node gets too much.
import { type Pod, pods, serviceAccounts } from "@skates/api/core/v1";
import type { Handler } from "@skates/apimachinery";
import { conflict, isStatus } from "@skates/apimachinery";
import { clientFor } from "@skates/client";
import { pick, seededRandom } from "@skates/component-base";
import { expect, it } from "vitest";
import { createScheduler } from "./scheduler.ts";
import { testNode, testPod } from "./testing/objects.ts";
import { startTestCluster } from "./testing/test-cluster.ts";

it.each([1, 2, 3])("binds every pod that fits once, whatever happens to bindings, seed %i", async (seed) => {
  const cluster = await startTestCluster();
  const random = seededRandom(seed);
  const metadata = { name: "default", namespace: "default" };
  await cluster.create(serviceAccounts, { apiVersion: "v1", kind: "ServiceAccount", metadata });
  const server = cluster.server.loopback({ name: "system:kube-scheduler", groups: [] });
  let faults = 0;
  const faulty: Handler = async (request) => {
    if (!request.path.endsWith("/binding")) return await server(request);
    const dice = pick(random, 10);
    if (dice < 3) faults++;
    if (dice === 0) throw new Error("the request was lost");
    if (dice === 1) {
      const error = conflict({ group: "", plural: "pods/binding" }, "x", "refused by the test");
      return { status: error.code, headers: {}, body: { kind: "json", value: error.toStatus() } };
    }
    const response = await server(request);
    if (dice === 2) throw new Error("the answer was lost");
    return response;
  };
  const client = clientFor(faulty, { userAgent: "kube-scheduler", clock: cluster.env.clock });
  await cluster.start(createScheduler({ client, env: cluster.env }));
  for (let i = 0; i < 4; i++) await cluster.join(testNode(`n${i}`, { allocatable: { cpu: "1" } }));
  const create = (i: number): Promise<Pod> => cluster.create(pods, testPod(`p${i}`, { requests: { cpu: "190m" } }));
  await Promise.all(Array.from({ length: 24 }, (_, i) => create(i)));
  // Pods that leave while others are bound, and bindings of others in between.
  await cluster.admin
    .resource(pods)
    .delete({ namespace: "default", name: "p0" }, { gracePeriodSeconds: 0 }, cluster.signal);
  const rival = {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name: "p1", namespace: "default" },
    target: { kind: "Node", name: "n0" },
  };
  await cluster.admin
    .resource(pods)
    .sub("binding")
    .create({ namespace: "default", name: "p1" }, rival, {}, cluster.signal)
    .catch((error: unknown) => {
      if (!isStatus(error, "Conflict")) throw error;
    });
  const counts = await cluster.until("every node is full", async () => {
    const { items } = await cluster.admin.resource(pods).list({ namespace: "default" }, cluster.signal);
    const perNode = [0, 0, 0, 0];
    for (const { spec } of items)
      if (spec.nodeName !== undefined) {
        const at = Number(spec.nodeName.slice(1));
        perNode[at] = (perNode[at] ?? 0) + 1;
      }
    return perNode.every((count) => count >= 5) ? perNode : undefined;
  });
  const [first, ...others] = counts;
  expect(others).toEqual([5, 5, 5]);
  // The rival does not ask whether there is room.
  expect([5, 6]).toContain(first);
  expect(faults).toBeGreaterThan(0);
  await cluster.stop();
});
