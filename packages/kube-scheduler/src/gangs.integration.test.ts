// A gang against the real API server with the feature gates on: no pod is bound before all have nodes, and none holds a node in vain.
import { type Pod, pods } from "@skates/api/core/v1";
import { type PodGroup, podGroups } from "@skates/api/scheduling/v1alpha2";
import { featureGates } from "@skates/component-base";
import { expect, it } from "vitest";
import { createScheduler } from "./scheduler.ts";
import { testNode, testPod } from "./testing/objects.ts";
import { schedulerClient, startTestCluster } from "./testing/test-cluster.ts";

it("binds a gang together as soon as there is room for all of it", async () => {
  const cluster = await startTestCluster(featureGates({ GenericWorkload: true, GangScheduling: true }));
  await cluster.start(createScheduler({ client: await schedulerClient(cluster), env: cluster.env }));
  const group: PodGroup = {
    apiVersion: "scheduling.k8s.io/v1alpha2",
    kind: "PodGroup",
    metadata: { name: "gang", namespace: "default" },
    spec: { schedulingPolicy: { gang: { minCount: 3 } } },
  };
  await cluster.create(podGroups, group);
  await cluster.join(testNode("n1", { allocatable: { cpu: "2" } }));
  const member = (name: string): Pod =>
    testPod(name, { requests: { cpu: "1" }, spec: { schedulingGroup: { podGroupName: "gang" } } });
  const placed = async (): Promise<number> => {
    const { items } = await cluster.admin.resource(pods).list({ namespace: "default" }, cluster.signal);
    return items.filter(({ spec }) => (spec.nodeName ?? "") !== "").length;
  };
  for (const name of ["a", "b", "c"]) await cluster.create(pods, member(name));
  // Two of them find room; the third does not.
  await cluster.until("two are on their way", async () => {
    const { items } = await cluster.admin.resource(pods).list({ namespace: "default" }, cluster.signal);
    return items.filter(({ status }) => (status?.nominatedNodeName ?? "") !== "").length === 2 ? true : undefined;
  });
  const said = async () => {
    const now = await cluster.admin
      .resource<PodGroup>(podGroups)
      .get({ namespace: "default", name: "gang" }, {}, cluster.signal);
    return now.status?.conditions?.find(({ type }) => type === "PodGroupScheduled");
  };
  const waits = await cluster.until("the group says that it waits", said);
  expect([await placed(), waits]).toMatchObject([
    0,
    { status: "False", reason: "Unschedulable", message: "0/1 nodes are available: 1 Insufficient cpu." },
  ]);
  await cluster.join(testNode("n2", { allocatable: { cpu: "1" } }));
  await cluster.until("all have nodes", async () => ((await placed()) === 3 ? true : undefined));
  const done = await cluster.until("the group says so", async () => {
    const now = await said();
    return now?.status === "True" ? now : undefined;
  });
  expect(done).toMatchObject({ reason: "Scheduled", message: "" });
  await cluster.stop();
});
