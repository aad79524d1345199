// Slices of services on the real API server with virtual time, and how endpoints are spread over slices.
import { events, nodes, type Pod, pods, type Service, services } from "@skates/api/core/v1";
import { type Endpoint, type EndpointSlice, endpointSlices } from "@skates/api/discovery/v1";
import { afterEach, beforeEach, expect, test } from "vitest";
import { addNode, readyPod, startWorld, type World } from "../testing/world.ts";
import { arrange } from "./arrange.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
  await addNode(world, "node-1");
});
afterEach(() => world.stop());

function service(spec: Partial<Service["spec"]> = {}): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default", labels: { team: "x" } },
    spec: {
      clusterIP: "10.96.0.20",
      clusterIPs: ["10.96.0.20"],
      ipFamilies: ["IPv4"],
      selector: { app: "web" },
      ports: [{ name: "http", port: 80, targetPort: 8080, protocol: "TCP" }],
      ...spec,
    },
  };
}
function pod(name: string, spec: Partial<Pod["spec"]> = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", labels: { app: "web" } },
    spec: { nodeName: "node-1", containers: [{ name: "c", image: "i" }], ...spec },
  };
}
async function runPod(name: string, ip: string, spec: Partial<Pod["spec"]> = {}): Promise<Pod> {
  const made = await world.create(pods, pod(name, spec));
  return await world.client.resource(pods).updateStatus(readyPod(made, ip, world.clock.nowMs()), {}, world.signal);
}
/** All but the API server's own. */
const slices = async () =>
  (await world.list(endpointSlices, "default")).filter((slice) => slice.metadata.name !== "kubernetes");
const only = async (): Promise<EndpointSlice> => {
  const [slice, ...others] = await slices();
  if (slice === undefined || others.length > 0) throw new Error(`${others.length + 1} slices`);
  return slice;
};

test("a service without pods has an empty slice of its own", async () => {
  await world.create(services, service());
  await world.pass(1);
  expect(await only()).toMatchObject({
    metadata: {
      generateName: "web-",
      labels: {
        team: "x",
        "kubernetes.io/service-name": "web",
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
      },
      ownerReferences: [{ apiVersion: "v1", kind: "Service", name: "web", controller: true, blockOwnerDeletion: true }],
    },
    addressType: "IPv4",
  });
  expect((await only()).endpoints ?? []).toEqual([]);
  expect((await only()).ports ?? []).toEqual([]);
});

test("a ready pod is listed with where it is; one that is not ready, or ends, is said to be so", async () => {
  await world.edit(nodes, { name: "node-1" }, (node) => ({
    ...node,
    metadata: { ...node.metadata, labels: { "topology.kubernetes.io/zone": "z1" } },
  }));
  await world.create(services, service());
  const made = await runPod("a", "10.244.0.5");
  await world.pass(1);
  const endpoint = {
    addresses: ["10.244.0.5"],
    nodeName: "node-1",
    zone: "z1",
    targetRef: { kind: "Pod", namespace: "default", name: "a", uid: made.metadata.uid },
  };
  expect(await only()).toMatchObject({
    ports: [{ name: "http", port: 8080, protocol: "TCP" }],
    endpoints: [{ ...endpoint, conditions: { ready: true, serving: true, terminating: false } }],
  });
  await world.client.resource(pods).delete(made.metadata, {}, world.signal);
  await world.pass(1);
  expect((await only()).endpoints).toMatchObject([
    { ...endpoint, conditions: { ready: false, serving: true, terminating: true } },
  ]);
  const ending = await world.get(pods, made.metadata);
  const status = { ...ending.status, conditions: [{ type: "Ready", status: "False" }] };
  await world.client.resource(pods).updateStatus({ ...ending, status }, {}, world.signal);
  await world.pass(1);
  expect((await only()).endpoints).toMatchObject([
    { ...endpoint, conditions: { ready: false, serving: false, terminating: true } },
  ]);
  await world.client.resource(pods).delete(made.metadata, { gracePeriodSeconds: 0 }, world.signal);
  await world.pass(1);
  expect((await only()).endpoints ?? []).toEqual([]);
});

test("pods that know a named port differently get slices of their own", async () => {
  await world.create(services, service({ ports: [{ name: "http", port: 80, targetPort: "web", protocol: "TCP" }] }));
  const at = (port: number) => [
    { name: "c", image: "i", ports: [{ name: "web", containerPort: port, protocol: "TCP" as const }] },
  ];
  await runPod("a", "10.244.0.5", { containers: at(8080) });
  await runPod("b", "10.244.0.6", { containers: at(9090) });
  await runPod("c", "10.244.0.7", { containers: at(8080) });
  await runPod("d", "10.244.0.8");
  await world.pass(1);
  const shown = (await slices()).map(({ ports = [], endpoints = [] }) =>
    [...ports.map(({ port }) => port), ...endpoints.map(({ addresses }) => addresses[0])].join(" "),
  );
  expect(shown.sort()).toEqual(["10.244.0.8", "8080 10.244.0.5 10.244.0.7", "9090 10.244.0.6"]);
});

test("headless services are marked, name their pods, and may publish what is not ready", async () => {
  await world.create(
    services,
    service({ clusterIP: "None", clusterIPs: ["None"], publishNotReadyAddresses: true, ports: [] }),
  );
  const made = await world.create(pods, pod("a", { hostname: "first", subdomain: "web" }));
  const status = { phase: "Running" as const, podIP: "10.244.0.5", podIPs: [{ ip: "10.244.0.5" }, { ip: "fd00::5" }] };
  await world.client.resource(pods).updateStatus({ ...made, status }, {}, world.signal);
  await world.pass(1);
  const slice = await only();
  expect(slice.metadata.labels?.["service.kubernetes.io/headless"]).toBe("");
  expect(slice.endpoints).toMatchObject([
    { addresses: ["10.244.0.5"], hostname: "first", conditions: { ready: true, serving: false, terminating: false } },
  ]);
});

test("two families get slices each; a family that is given up loses its slices", async () => {
  await world.create(services, service({ ipFamilies: ["IPv4", "IPv6"], ipFamilyPolicy: "RequireDualStack" }));
  const made = await world.create(pods, pod("a"));
  const ready = readyPod(made, "10.244.0.5", world.clock.nowMs());
  const podIPs = [{ ip: "10.244.0.5" }, { ip: "fd00::5" }];
  await world.client.resource(pods).updateStatus({ ...ready, status: { ...ready.status, podIPs } }, {}, world.signal);
  await world.pass(1);
  const shown = async () =>
    (await slices()).map((slice) => `${slice.addressType} ${slice.endpoints?.[0]?.addresses[0]}`).sort();
  expect(await shown()).toEqual(["IPv4 10.244.0.5", "IPv6 fd00::5"]);
  await world.edit(services, { namespace: "default", name: "web" }, (one) => ({
    ...one,
    spec: {
      ...one.spec,
      ipFamilyPolicy: "SingleStack" as const,
      ipFamilies: ["IPv4" as const],
      clusterIPs: one.spec?.clusterIPs?.slice(0, 1),
    },
  }));
  await world.pass(1);
  expect(await shown()).toEqual(["IPv4 10.244.0.5"]);
});

test("services without a selector and those that stand for a name elsewhere get no slices", async () => {
  await world.create(services, service({ selector: {} }));
  await world.create(services, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "other", namespace: "default" },
    spec: { type: "ExternalName", externalName: "example.com", selector: { app: "web" } },
  });
  await world.pass(1);
  expect(await slices()).toEqual([]);
});

test("pods of a node that is not there are left out, and that is told, until it is", async () => {
  await world.create(services, service());
  await runPod("a", "10.244.0.5");
  await runPod("b", "10.244.0.6", { nodeName: "node-2" });
  await runPod("c", "10.244.0.7", { nodeName: "node-2" });
  await world.pass(2);
  const addresses = async () => ((await only()).endpoints ?? []).flatMap((endpoint) => endpoint.addresses);
  expect(await addresses()).toEqual(["10.244.0.5"]);
  const warnings = (await world.list(events, "default")).filter(({ type }) => type === "Warning");
  expect(warnings.map(({ reason, message }) => `${reason}: ${message}`)).toContain(
    "FailedToUpdateEndpointSlices: Error updating Endpoint Slices for Service default/web: " +
      "[skipping Pod b for Service default/web: Node node-2 Not Found, " +
      "skipping Pod c for Service default/web: Node node-2 Not Found]",
  );
  await addNode(world, "node-2");
  await world.pass(2);
  expect(await addresses()).toEqual(["10.244.0.5", "10.244.0.6", "10.244.0.7"]);
});

test("slices of an earlier service of that name are not taken over", async () => {
  await world.create(services, service());
  await world.pass(1);
  const { metadata, ...rest } = await only();
  const [owner] = metadata.ownerReferences ?? [];
  if (owner === undefined) throw new Error("no owner");
  const { namespace, labels } = metadata;
  const ownerReferences = [{ ...owner, uid: "another", controller: true, blockOwnerDeletion: false }];
  await world.create(endpointSlices, { ...rest, metadata: { name: "old", namespace, labels, ownerReferences } });
  await world.pass(2);
  expect((await slices()).map(({ metadata: { name } }) => name)).toEqual([metadata.name]);
});

test("a slice whose ports change keeps its name, and tells when the change came about", async () => {
  const made = await world.create(services, service());
  await world.pass(2);
  const first = await only();
  const told = ({ metadata: { annotations } }: EndpointSlice) =>
    annotations?.["endpoints.kubernetes.io/last-change-trigger-time"];
  expect(told(first)).toBe(made.metadata.creationTimestamp);
  const pod = await runPod("a", "10.244.0.5");
  const readyAt = pod.status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime;
  await world.pass(5);
  expect([(await only()).metadata.name, told(await only())]).toEqual([first.metadata.name, readyAt]);
  await world.edit(services, { namespace: "default", name: "web" }, (one) => ({
    ...one,
    spec: { ...one.spec, ports: [{ name: "http", port: 80, targetPort: 9090, protocol: "TCP" as const }] },
  }));
  await world.pass(2);
  const last = await only();
  expect([last.metadata.name, last.ports?.[0]?.port, told(last)]).toEqual([first.metadata.name, 9090, undefined]);
});

test("slices go with their service", async () => {
  await world.create(services, service());
  await world.pass(1);
  await world.client.resource(services).delete({ namespace: "default", name: "web" }, {}, world.signal);
  await world.pass(3);
  expect(await slices()).toEqual([]);
});

test("a hundred endpoints fill a slice; settled services cost no requests", async () => {
  await world.create(services, service());
  for (let i = 0; i < 130; i++) await runPod(`p${i}`, `10.244.1.${i}`);
  await world.pass(1);
  expect((await slices()).map(({ endpoints = [] }) => endpoints.length).sort((a, b) => b - a)).toEqual([100, 30]);
  await world.pass(60);
  world.requests.length = 0;
  await world.pass(120);
  expect(world.requests.filter((request) => request.includes("endpointslices"))).toEqual([]);
}, 20_000);

const endpoints = (from: number, to: number): Endpoint[] =>
  Array.from({ length: to - from }, (_, i) => ({
    addresses: [`10.0.0.${from + i}`],
    targetRef: { kind: "Pod", namespace: "n", name: `p${from + i}` },
  }));
const slice = (name: string, held: readonly Endpoint[]): EndpointSlice => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name },
  addressType: "IPv4",
  endpoints: held,
});
const sizes = (wanted: readonly Endpoint[], existing: readonly EndpointSlice[]) => {
  const { updated, deleted, created } = arrange({ ports: [], wanted, slices: existing });
  return {
    updated: updated.map((one) => `${one.slice.metadata.name} ${one.endpoints.length}`),
    deleted: deleted.map((one) => one.metadata.name),
    created: created.map((one) => one.length),
  };
};

test("what has not changed is not written", () => {
  expect(sizes(endpoints(0, 50), [slice("a", endpoints(0, 50))])).toEqual({ updated: [], deleted: [], created: [] });
});

test("new endpoints fill slices that are written anyway", () => {
  const existing = [slice("a", endpoints(0, 60)), slice("b", endpoints(60, 120))];
  expect(sizes(endpoints(1, 130), existing)).toEqual({ updated: ["a 69"], deleted: [], created: [] });
});

test("new endpoints go to the fullest slice that takes them all, else to a new one", () => {
  const existing = [slice("a", endpoints(0, 60)), slice("b", endpoints(60, 150))];
  expect(sizes(endpoints(0, 155), existing)).toEqual({ updated: ["b 95"], deleted: [], created: [] });
  expect(sizes(endpoints(0, 195), existing)).toEqual({ updated: [], deleted: [], created: [45] });
});

test("a slice without wanted endpoints goes", () => {
  const existing = [slice("a", endpoints(0, 60)), slice("b", endpoints(60, 65))];
  expect(sizes(endpoints(0, 60), existing)).toEqual({ updated: [], deleted: ["b"], created: [] });
});

test.each([
  ["PreferSameZone", { forZones: [{ name: "a" }] }],
  ["PreferClose", { forZones: [{ name: "a" }] }],
  ["PreferSameNode", { forZones: [{ name: "a" }], forNodes: [{ name: "node-1" }] }],
])("%s is said in hints of ready endpoints, and taken back with the preference", async (trafficDistribution, hints) => {
  await world.edit(nodes, { name: "node-1" }, (node) => ({
    ...node,
    metadata: { ...node.metadata, labels: { ...node.metadata.labels, "topology.kubernetes.io/zone": "a" } },
  }));
  await world.create(services, service({ trafficDistribution }));
  await runPod("ready", "10.244.0.1");
  const silent = await world.create(pods, pod("silent"));
  const podIP = "10.244.0.2";
  await world.client
    .resource(pods)
    .updateStatus({ ...silent, status: { phase: "Running", podIP, podIPs: [{ ip: podIP }] } }, {}, world.signal);
  await world.pass(2);
  const told = async () =>
    (await only()).endpoints
      ?.map(({ targetRef, hints: given }) => ({ name: targetRef?.name ?? "", given }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  expect(await told()).toEqual([
    { name: "ready", given: hints },
    { name: "silent", given: undefined },
  ]);
  await world.edit(services, { namespace: "default", name: "web" }, ({ spec, ...rest }) => ({
    ...rest,
    spec: { ...spec, trafficDistribution: undefined },
  }));
  await world.pass(2);
  expect(await told()).toEqual([
    { name: "ready", given: undefined },
    { name: "silent", given: undefined },
  ]);
});
