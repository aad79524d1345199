// Pods on nodes: PodTopologyLabels, PodResizeValidator, NodeDeclaredFeatureValidator.
import { afterAll, beforeAll, expect, it } from "vitest";
import { type PluginServer, podNamed, refusal, startPluginServer } from "./testing.ts";

let server: PluginServer;
const PODS = "namespaces/work/pods";
beforeAll(async () => {
  server = await startPluginServer();
  for (const [name, os] of [
    ["n1", "linux"],
    ["w1", "windows"],
  ] as const) {
    const labels = {
      "kubernetes.io/os": os,
      "topology.kubernetes.io/zone": "z1",
      "topology.kubernetes.io/region": "r1",
    };
    await server.post("nodes", { apiVersion: "v1", kind: "Node", metadata: { name, labels } });
    const capacity = { cpu: "2", memory: "1Gi" };
    await server.patch(`nodes/${name}/status`, { status: { capacity, allocatable: capacity } });
  }
});
afterAll(() => server.at.stop());

async function bound(name: string, node: string, metadata: object = {}, spec: object = {}): Promise<void> {
  const pod = podNamed(name, spec) as { metadata: object };
  await server.post(PODS, { ...pod, metadata: { ...pod.metadata, ...metadata } });
  const target = { kind: "Node", name: node };
  const answer = await server.post(`${PODS}/${name}/binding`, {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name },
    target,
  });
  expect(answer.status).toBe(201);
}

it("labels pods with the zone and region of their node", async () => {
  await bound("scheduled", "n1");
  const zone = { "topology.kubernetes.io/zone": "z1", "topology.kubernetes.io/region": "r1" };
  expect((await server.get(`${PODS}/scheduled`)).body.metadata.labels).toEqual(zone);
  const made = await server.post(PODS, podNamed("placed", { nodeName: "n1" }));
  expect(made.body.metadata.labels).toEqual(zone);
  const elsewhere = await server.post(PODS, podNamed("nowhere", { nodeName: "gone" }));
  expect(elsewhere.body.metadata.labels).toBeUndefined();
});

const requests = (cpu: string) => ({ spec: { containers: [{ name: "main", resources: { requests: { cpu } } }] } });
const resize = async (name: string, cpu: string) => {
  const { body } = await server.get(`${PODS}/${name}`);
  const [container] = body.spec.containers;
  const spec = { ...body.spec, containers: [{ ...container, ...requests(cpu).spec.containers[0] }] };
  return await server.at.call(
    { user: { name: "admin", groups: ["system:masters"] } },
    "PUT",
    `/api/v1/${PODS}/${name}/resize`,
    { ...body, spec },
  );
};
const container = { name: "main", image: "busybox", resources: { requests: { cpu: "1" } } };

it("lets pods grow up to what their node has, on Linux", async () => {
  await bound("grows", "n1", {}, { containers: [container] });
  await bound("windows", "w1", {}, { containers: [container] });
  expect((await resize("grows", "1500m")).status).toBe(200);
  expect(refusal(await resize("grows", "3"))).toEqual([
    403,
    `pods "grows" is forbidden: node didn't have enough allocatable resources: cpu, requested: 3000, allocatable: 2000`,
  ]);
  expect(refusal(await resize("windows", "1500m"))).toEqual([
    403,
    'pods "windows" is forbidden: pod resize is only supported on linux nodes, node "w1" is "windows"',
  ]);
});

it("lets pods whose node is gone change otherwise", async () => {
  await server.post(PODS, podNamed("lost", { nodeName: "gone" }));
  expect((await server.patch(`${PODS}/lost`, { spec: { activeDeadlineSeconds: 5 } })).status).toBe(200);
});

it("asks nodes whether they can change resources of whole pods", async () => {
  await bound("whole", "n1", {}, { resources: { requests: { cpu: "1" }, limits: { cpu: "1" } } });
  const { body } = await server.get(`${PODS}/whole`);
  const changed = { ...body, spec: { ...body.spec, resources: { requests: { cpu: "1" }, limits: { cpu: "2" } } } };
  const admin = { user: { name: "admin", groups: ["system:masters"] } };
  expect(refusal(await server.at.call(admin, "PUT", `/api/v1/${PODS}/whole/resize`, changed))).toEqual([
    403,
    'pods "whole" is forbidden: pod update requires features InPlacePodLevelResourcesVerticalScaling which are not available on node "n1"',
  ]);
  const declaredFeatures = ["InPlacePodLevelResourcesVerticalScaling"];
  await server.patch("nodes/n1/status", { status: { declaredFeatures } });
  expect((await server.at.call(admin, "PUT", `/api/v1/${PODS}/whole/resize`, changed)).status).toBe(200);
});
