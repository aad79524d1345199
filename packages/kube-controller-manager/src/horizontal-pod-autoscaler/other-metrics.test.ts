// Autoscalers that go by figures which other servers have: of pods, of an object, from outside the cluster; told to be in trouble when they
// have none. The servers are aggregated ones, in memory.
import { type Deployment, deployments } from "@skates/api/apps/v1";
import { type HorizontalPodAutoscaler, horizontalPodAutoscalers, type MetricSpec } from "@skates/api/autoscaling/v2";
import { pods } from "@skates/api/core/v1";
import { formatTime } from "@skates/apimachinery";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type AggregatedServer, aggregatedServer, register } from "../testing/aggregated.ts";
import { addNode, readyKubelet, startWorld, type World } from "../testing/world.ts";

const CUSTOM = "custom.metrics.k8s.io/v1beta2";
const EXTERNAL = "external.metrics.k8s.io/v1beta1";
const key = { namespace: "default", name: "web" };

let world: World;
let server: AggregatedServer;
/** The figure of each pod, of the object, or from outside, as quantities. */
let figures: readonly string[];

async function start(parts: readonly string[] = [CUSTOM, EXTERNAL]): Promise<void> {
  figures = [];
  server = aggregatedServer(Object.fromEntries(parts.map((part) => [part, []])));
  world = await startWorld({ aggregated: server.handler });
  await register(world, parts);
  await addNode(world, "n1");
  const ready = readyKubelet(world.clock);
  world.kubelet = (pod) => {
    const next = ready(pod);
    if (next === undefined || next === "gone") return next;
    return { ...next, status: { ...next.status, startTime: formatTime(world.clock.nowMs()) } };
  };
  server.answer = ({ path }) => {
    if (path.split("/").length <= 4) return undefined;
    const timestamp = formatTime(world.clock.nowMs());
    const external = path.startsWith(`/apis/${EXTERNAL}`);
    const items = figures.map((value, i) => ({
      value,
      timestamp,
      ...(external
        ? { metricName: "m" }
        : { describedObject: { kind: "Pod", name: names[i] ?? "o" }, metric: { name: "m" } }),
    }));
    const [kind, apiVersion] = external ? ["ExternalMetricValueList", EXTERNAL] : ["MetricValueList", parts[0]];
    return { kind, apiVersion, metadata: {}, items };
  };
}
let names: readonly string[] = [];
beforeEach(() => (names = []));
afterEach(() => world.stop());

async function scaled(metric: MetricSpec, replicas: number): Promise<void> {
  const deployment: Deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: key,
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { name: "", labels: { app: "web" } },
        spec: { nodeName: "n1", containers: [{ name: "web", image: "web" }] },
      },
    },
  };
  const autoscaler: HorizontalPodAutoscaler = {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: key,
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      minReplicas: 1,
      maxReplicas: 9,
      metrics: [metric],
    },
  };
  await world.create(deployments, deployment);
  await world.pass(5);
  names = (await world.list(pods, "default")).map(({ metadata: { name } }) => name);
  await world.create(horizontalPodAutoscalers, autoscaler);
  await world.pass(20);
}

async function seen() {
  const { status } = await world.get(horizontalPodAutoscalers, key);
  const active = status?.conditions?.find(({ type }) => type === "ScalingActive");
  return {
    replicas: (await world.get(deployments, key)).spec.replicas,
    current: status?.currentMetrics?.[0],
    active: `${active?.status} ${active?.reason}: ${active?.message}`,
    asked: new Set(server.seen.filter((request) => request.split("/").length > 5)),
  };
}

it("goes by a figure of its pods", async () => {
  await start();
  figures = ["30", "50"];
  const selector = { matchLabels: { verb: "GET" } };
  await scaled(
    { type: "Pods", pods: { metric: { name: "m", selector }, target: { type: "AverageValue", averageValue: "20" } } },
    2,
  );
  expect(await seen()).toEqual({
    replicas: 4,
    current: { type: "Pods", pods: { metric: { name: "m", selector }, current: { averageValue: "40" } } },
    active: "True ValidMetricFound: the HPA was able to successfully calculate a replica count from pods metric m",
    asked: new Set([
      `GET /apis/${CUSTOM}/namespaces/default/pods/*/m?labelSelector=app%3Dweb&metricLabelSelector=verb%3DGET`,
    ]),
  });
});

it("goes by a figure of an object", async () => {
  await start();
  figures = ["100"];
  const describedObject = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", name: "front" };
  await scaled(
    {
      type: "Object",
      object: { describedObject, metric: { name: "m" }, target: { type: "AverageValue", averageValue: "20" } },
    },
    2,
  );
  expect(await seen()).toMatchObject({
    replicas: 5,
    current: { type: "Object", object: { describedObject, metric: { name: "m" } } },
    // Upstream's word for it, too.
    active:
      "True ValidMetricFound: the HPA was able to successfully calculate a replica count from external metric m(nil)",
    asked: new Set([`GET /apis/${CUSTOM}/namespaces/default/ingresses.networking.k8s.io/front/m`]),
  });
});

it("goes by a figure from outside, summed up", async () => {
  await start();
  figures = ["40", "1500m", "500m"];
  const selector = { matchLabels: { queue: "mail" } };
  await scaled(
    {
      type: "External",
      external: { metric: { name: "m", selector }, target: { type: "AverageValue", averageValue: "6" } },
    },
    1,
  );
  const first = await seen();
  expect(first).toMatchObject({
    current: { type: "External", external: { metric: { name: "m", selector } } },
    active:
      "True ValidMetricFound: the HPA was able to successfully calculate a replica count from external metric m(&LabelSelector{MatchLabels:map[string]string{queue: mail,},MatchExpressions:[]LabelSelectorRequirement{},})",
    asked: new Set([`GET /apis/${EXTERNAL}/namespaces/default/m?labelSelector=queue%3Dmail`]),
  });
  // At most four pods, or twice as many, in fifteen seconds.
  await world.pass(60);
  expect((await seen()).replicas).toBe(7);
});

it("asks an older server in the version that it has", async () => {
  const older = "custom.metrics.k8s.io/v1beta1";
  await start([older]);
  figures = ["30"];
  await scaled(
    { type: "Pods", pods: { metric: { name: "m" }, target: { type: "AverageValue", averageValue: "10" } } },
    1,
  );
  expect(await seen()).toMatchObject({
    replicas: 3,
    asked: new Set([`GET /apis/${older}/namespaces/default/pods/*/m?labelSelector=app%3Dweb`]),
  });
});

it("stays as it is, and says why, while there are no figures", async () => {
  await start();
  const describedObject = { apiVersion: "v1", kind: "Service", name: "front" };
  await scaled(
    { type: "Object", object: { describedObject, metric: { name: "m" }, target: { type: "Value", value: "4" } } },
    2,
  );
  expect(await seen()).toMatchObject({
    replicas: 2,
    active: expect.stringMatching(
      /^False FailedGetObjectMetric: the HPA was unable to compute the replica count: /,
    ) as string,
  });
  figures = ["8"];
  await world.pass(40);
  expect(await seen()).toMatchObject({
    replicas: 4,
    active: expect.stringMatching(/^True ValidMetricFound/) as string,
  });
});
