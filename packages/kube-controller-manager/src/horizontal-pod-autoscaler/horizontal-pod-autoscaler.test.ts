// Autoscalers on the real API server with virtual time; what pods use comes from a kubelet that the test plays.
import { type Deployment, deployments } from "@skates/api/apps/v1";
import { type HorizontalPodAutoscaler, horizontalPodAutoscalers } from "@skates/api/autoscaling/v2";
import { events, nodes, pods } from "@skates/api/core/v1";
import { formatTime } from "@skates/apimachinery";
import { textResponse } from "@skates/apiserver";
import { afterEach, beforeEach, expect, it } from "vitest";
import { addNode, readyKubelet, startWorld, type World } from "../testing/world.ts";

let world: World;
/** CPU of each pod, in cores. */
let use = 0;
let used = 0;

beforeEach(async () => {
  use = 0;
  used = 0;
  world = await startWorld({
    kubelets: () => async () => {
      const all = await world.list(pods, "default");
      const nowMs = world.clock.nowMs();
      const lines = all.flatMap(({ metadata: { name } }) => [
        `container_cpu_usage_seconds_total{container="web",namespace="default",pod="${name}"} ${used} ${nowMs}`,
        `container_memory_working_set_bytes{container="web",namespace="default",pod="${name}"} 1048576 ${nowMs}`,
      ]);
      return textResponse(200, `${lines.join("\n")}\n`);
    },
  });
  await addNode(world, "n1");
  await heartbeat();
  const ready = readyKubelet(world.clock);
  world.kubelet = (pod) => {
    const next = ready(pod);
    if (next === undefined || next === "gone") return next;
    return { ...next, status: { ...next.status, startTime: formatTime(world.clock.nowMs()) } };
  };
});
/** The node is reached under its address, and stays ready. */
async function heartbeat(): Promise<void> {
  const lastHeartbeatTime = formatTime(world.clock.nowMs());
  const body = {
    status: {
      addresses: [{ type: "InternalIP", address: "192.0.2.5" }],
      conditions: [{ type: "Ready", status: "True", lastHeartbeatTime }],
    },
  };
  await world.client.resource(nodes).sub("status").patch({ name: "n1" }, { type: "strategic", body }, {}, world.signal);
}
afterEach(async () => await world.stop());

const deployment = (replicas: number): Deployment => ({
  kind: "Deployment",
  apiVersion: "apps/v1",
  metadata: { name: "web", namespace: "default" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { name: "", labels: { app: "web" } },
      spec: { nodeName: "n1", containers: [{ name: "web", image: "web", resources: { requests: { cpu: "1" } } }] },
    },
  },
});
const autoscaler = (more: Partial<HorizontalPodAutoscaler["spec"]> = {}, name = "web"): HorizontalPodAutoscaler => ({
  kind: "HorizontalPodAutoscaler",
  apiVersion: "autoscaling/v2",
  metadata: { name, namespace: "default" },
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
    minReplicas: 1,
    maxReplicas: 5,
    metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } }],
    ...more,
  },
});
const key = { namespace: "default", name: "web" };
const replicas = async (): Promise<number | undefined> => (await world.get(deployments, key)).spec.replicas;
const conditions = async (name = "web"): Promise<readonly string[]> => {
  const { status } = await world.get(horizontalPodAutoscalers, { namespace: "default", name });
  return (status?.conditions ?? []).map(({ type, status: is, reason }) => `${type}=${is} ${reason}`);
};
/** Lets time pass while pods use `use` cores each. */
async function work(seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i += 5) {
    used += use * 5;
    await heartbeat();
    await world.pass(5);
  }
}

it("grows with use and shrinks five minutes after it, saying so", async () => {
  await world.create(deployments, deployment(1));
  await work(360);
  await world.create(horizontalPodAutoscalers, autoscaler());
  use = 1;
  await work(120);
  expect(await replicas()).toBe(5);
  const { status } = await world.get(horizontalPodAutoscalers, key);
  expect(status).toMatchObject({ desiredReplicas: 5, lastScaleTime: expect.any(String) });
  // As upstream's controller.
  expect(status?.observedGeneration).toBeUndefined();
  expect(await conditions()).toEqual([
    "AbleToScale=True ReadyForNewScale",
    "ScalingActive=True ValidMetricFound",
    "ScalingLimited=True TooManyReplicas",
  ]);
  use = 0.05;
  await work(200);
  expect(await replicas()).toBe(5);
  expect(await conditions()).toContain("AbleToScale=True ScaleDownStabilized");
  await work(240);
  expect(await replicas()).toBe(1);
  const told = (await world.list(events, "default")).filter(({ reason }) => reason === "SuccessfulRescale");
  expect(told.map(({ message }) => message)).toContain("New size: 1; reason: All metrics below target");
  expect(told.map(({ message }) => message)).toContain(
    "New size: 2; reason: cpu resource utilization (percentage of request) above target",
  );
}, 60_000);

it("keeps within its bounds whatever the figures, and leaves alone what is turned off", async () => {
  await world.create(deployments, deployment(1));
  await world.create(horizontalPodAutoscalers, autoscaler({ minReplicas: 2, maxReplicas: 3 }));
  await work(30);
  expect(await replicas()).toBe(2);
  await world.edit(deployments, key, (object) => ({ ...object, spec: { ...object.spec, replicas: 9 } }));
  await work(30);
  expect(await replicas()).toBe(3);
  await world.edit(deployments, key, (object) => ({ ...object, spec: { ...object.spec, replicas: 0 } }));
  await work(60);
  expect(await replicas()).toBe(0);
  expect(await conditions()).toContain("ScalingActive=False ScalingDisabled");
}, 60_000);

it("says what is missing: the target, requests, another autoscaler on the same pods", async () => {
  await world.create(horizontalPodAutoscalers, autoscaler());
  await work(20);
  expect(await conditions()).toEqual(["AbleToScale=False FailedGetScale"]);
  const bare = deployment(2);
  await world.create(deployments, {
    ...bare,
    spec: {
      ...bare.spec,
      template: { ...bare.spec.template, spec: { nodeName: "n1", containers: [{ name: "web", image: "web" }] } },
    },
  });
  await work(60);
  const { status } = await world.get(horizontalPodAutoscalers, key);
  const active = status?.conditions?.find(({ type }) => type === "ScalingActive");
  expect(active).toMatchObject({ status: "False", reason: "FailedGetResourceMetric" });
  expect(active?.message).toMatch(
    /^the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container web of Pod web-/,
  );
  await world.create(horizontalPodAutoscalers, autoscaler({}, "other"));
  await work(30);
  expect(await conditions("other")).toContain("ScalingActive=False AmbiguousSelector");
  expect(await replicas()).toBe(2);
}, 60_000);

it("a figure that cannot be read keeps pods from being taken away, not from coming", async () => {
  await world.create(deployments, deployment(2));
  await work(360);
  const metrics: HorizontalPodAutoscaler["spec"]["metrics"] = [
    ...(autoscaler().spec.metrics ?? []),
    { type: "External", external: { metric: { name: "queue" }, target: { type: "Value", value: "5" } } },
  ];
  await world.create(horizontalPodAutoscalers, autoscaler({ metrics }));
  await work(400);
  expect(await replicas()).toBe(2);
  expect(await conditions()).toContain("ScalingActive=False FailedGetExternalMetric");
  use = 1;
  await work(90);
  expect(await replicas()).toBeGreaterThan(2);
}, 60_000);
