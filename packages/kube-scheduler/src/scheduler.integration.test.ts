// The scheduler under its own identity, over a message port, against the real API server: pods get nodes, or the reason why not.
import { builtinResources } from "@skates/api";
import { type Event, events, type Pod, podCondition, pods, serviceAccounts } from "@skates/api/core/v1";
import { priorityClasses } from "@skates/api/scheduling/v1";
import { clientFor, portHandler, servePort } from "@skates/client";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createScheduler } from "./scheduler.ts";
import { testNode, testPod } from "./testing/objects.ts";
import { startTestCluster, type TestCluster } from "./testing/test-cluster.ts";

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  const metadata = { name: "default", namespace: "default" };
  await cluster.create(serviceAccounts, { apiVersion: "v1", kind: "ServiceAccount", metadata });
  const { port1, port2 } = new MessageChannel();
  servePort(port1, cluster.server.loopback({ name: "system:kube-scheduler", groups: [] }), cluster.signal);
  const handler = portHandler(port2, builtinResources);
  const client = clientFor(handler, { userAgent: "kube-scheduler", clock: cluster.env.clock });
  await cluster.start(createScheduler({ client, env: cluster.env }));
});
afterEach(() => cluster.stop());

const getPod = (name: string): Promise<Pod> =>
  cluster.admin.resource(pods).get({ namespace: "default", name }, {}, cluster.signal);
const bound = (name: string): Promise<Pod> =>
  cluster.until(`pod ${name} has a node`, async () => {
    const pod = await getPod(name);
    return (pod.spec.nodeName ?? "") === "" ? undefined : pod;
  });
const waiting = (name: string, message: string): Promise<Pod> =>
  cluster.until(`pod ${name} says ${message}`, async () => {
    const pod = await getPod(name);
    return podCondition(pod, "PodScheduled")?.message === message ? pod : undefined;
  });
const eventOf = (name: string, reason: string): Promise<Event> =>
  cluster.until(`event ${reason} of ${name}`, async () => {
    const list = await cluster.admin.resource(events).list({ namespace: "default" }, cluster.signal);
    return list.items.find((event) => event.involvedObject.name === name && event.reason === reason);
  });

it("binds a pod to the node with most left, and says so", async () => {
  await cluster.join(testNode("small", { allocatable: { cpu: "1" } }));
  await cluster.join(testNode("large", { allocatable: { cpu: "8" } }));
  await cluster.create(pods, testPod("a", { requests: { cpu: "500m" } }));
  const pod = await bound("a");
  expect(pod.spec.nodeName).toBe("large");
  expect(podCondition(pod, "PodScheduled")?.status).toBe("True");
  const event = await eventOf("a", "Scheduled");
  expect([event.type, event.message, event.reportingComponent]).toEqual([
    "Normal",
    "Successfully assigned default/a to large",
    "default-scheduler",
  ]);
});

it("says why a pod waits, and binds it as soon as a node will do", async () => {
  await cluster.join(testNode("small", { allocatable: { cpu: "1" } }));
  await cluster.join(testNode("cordoned", { spec: { unschedulable: true } }));
  await cluster.create(pods, testPod("a", { requests: { cpu: "2" } }));
  const said =
    "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.";
  const pod = await cluster.until("a condition", async () => podCondition(await getPod("a"), "PodScheduled"));
  expect(pod.status).toBe("False");
  expect(pod.reason).toBe("Unschedulable");
  expect(pod.message).toBe(said);
  const event = await eventOf("a", "FailedScheduling");
  expect([event.type, event.message]).toEqual(["Warning", pod.message]);
  await cluster.join(testNode("large"));
  expect((await bound("a")).spec.nodeName).toBe("large");
});

it("waits for a first node, for gates, and leaves others' pods alone", async () => {
  await cluster.create(pods, testPod("early"));
  await waiting("early", "no nodes available to schedule pods");
  await cluster.create(pods, testPod("gated", { spec: { schedulingGates: [{ name: "example.com/wait" }] } }));
  await cluster.create(pods, testPod("foreign", { spec: { schedulerName: "other" } }));
  await cluster.join(testNode("n1"));
  await bound("early");
  expect((await getPod("gated")).spec.nodeName).toBe(undefined);
  await cluster.admin
    .resource(pods)
    .patch(
      { namespace: "default", name: "gated" },
      { type: "merge", body: { spec: { schedulingGates: null } } },
      {},
      cluster.signal,
    );
  await bound("gated");
  expect((await getPod("foreign")).spec.nodeName).toBe(undefined);
});

it("never gives more than a node has, however many pods come at once", async () => {
  for (let i = 0; i < 5; i++) await cluster.join(testNode(`n${i}`, { allocatable: { cpu: "1", pods: "20" } }));
  const create = (i: number): Promise<Pod> => cluster.create(pods, testPod(`p${i}`, { requests: { cpu: "90m" } }));
  await Promise.all(Array.from({ length: 60 }, (_, i) => create(i)));
  const list = await cluster.until("55 pods bound and 5 told that they wait", async () => {
    const { items } = await cluster.admin.resource(pods).list({ namespace: "default" }, cluster.signal);
    const placed = items.filter((pod) => (pod.spec.nodeName ?? "") !== "");
    const told = items.filter((pod) => podCondition(pod, "PodScheduled")?.status === "False");
    return placed.length >= 55 && placed.length + told.length === 60 ? items : undefined;
  });
  const perNode = new Map<string, number>();
  for (const { spec } of list) perNode.set(spec.nodeName ?? "", (perNode.get(spec.nodeName ?? "") ?? 0) + 1);
  expect(Object.fromEntries(perNode)).toEqual({ "": 5, n0: 11, n1: 11, n2: 11, n3: 11, n4: 11 });
});

it("uses the place of a pod that has gone", async () => {
  await cluster.join(testNode("n1", { allocatable: { cpu: "1" } }));
  await cluster.create(pods, testPod("first", { requests: { cpu: "800m" } }));
  await bound("first");
  await cluster.create(pods, testPod("second", { requests: { cpu: "800m" } }));
  await cluster.until("second waits", async () => podCondition(await getPod("second"), "PodScheduled"));
  await cluster.admin
    .resource(pods)
    .delete({ namespace: "default", name: "first" }, { gracePeriodSeconds: 0 }, cluster.signal);
  expect((await bound("second")).spec.nodeName).toBe("n1");
});

it("clears a node for a more important pod", async () => {
  for (const [name, value] of [
    ["low", 1],
    ["high", 1000],
  ] as const) {
    const base = { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name }, description: "" };
    await cluster.create(priorityClasses, { ...base, value, globalDefault: false });
  }
  await cluster.join(testNode("n1", { allocatable: { cpu: "1" } }));
  const requests = { cpu: "800m" };
  await cluster.create(pods, testPod("victim", { requests, spec: { priorityClassName: "low" } }));
  await bound("victim");
  const preemptor = await cluster.create(pods, testPod("preemptor", { requests, spec: { priorityClassName: "high" } }));
  const leaving = await cluster.until("the victim is told to go", async () => {
    const pod = await getPod("victim");
    return pod.metadata.deletionTimestamp === undefined ? undefined : pod;
  });
  const condition = podCondition(leaving, "DisruptionTarget");
  expect([condition?.status, condition?.reason, condition?.message]).toEqual([
    "True",
    "PreemptionByScheduler",
    "default-scheduler: preempting to accommodate a higher priority pod",
  ]);
  expect((await eventOf("victim", "Preempted")).message).toBe(
    `Preempted by pod ${preemptor.metadata.uid ?? ""} on node n1`,
  );
  const waits = await cluster.until("the node is nominated", async () => {
    const pod = await getPod("preemptor");
    return pod.status?.nominatedNodeName === undefined ? undefined : pod;
  });
  expect(waits.status?.nominatedNodeName).toBe("n1");
  // What a kubelet does once the containers have stopped.
  const now = { gracePeriodSeconds: 0 };
  await cluster.admin.resource(pods).delete({ namespace: "default", name: "victim" }, now, cluster.signal);
  expect((await bound("preemptor")).spec.nodeName).toBe("n1");
});
