// Endpoints on the real API server with virtual time: readiness, ports, services without selector, deletion; and grouping by values.
import { type Deployment, deployments } from "@skates/api/apps/v1";
import { type Endpoints, endpoints, type Pod, pods, type Service, services } from "@skates/api/core/v1";
import { isStatus } from "@skates/apimachinery";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readyKubelet, readyPod, startWorld, type World } from "../testing/world.ts";
import { subsetsOf, truncated } from "./subsets.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
  world.kubelet = readyKubelet(world.clock);
});
afterEach(() => world.stop());

const key = { namespace: "default", name: "web" };
function service(spec: Partial<NonNullable<Service["spec"]>> = {}): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...key, labels: { team: "x" } },
    spec: { selector: { app: "a" }, ports: [{ name: "http", port: 80, targetPort: 8080 }], ...spec },
  };
}
const deployment: Deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { ...key },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "a" } },
    template: { metadata: { name: "", labels: { app: "a" } }, spec: { containers: [{ name: "c", image: "i" }] } },
  },
};
const written = () => world.get(endpoints, key);
const ips = async () => (await written()).subsets?.map(({ addresses = [] }) => addresses.map(({ ip }) => ip));

test("the ready pods behind a service are listed, under its labels", async () => {
  await world.create(services, service());
  await world.create(deployments, deployment);
  await world.pass(5);
  const { metadata, subsets } = await written();
  expect(metadata.labels).toEqual({ team: "x", "endpoints.kubernetes.io/managed-by": "endpoint-controller" });
  expect(subsets).toMatchObject([
    {
      addresses: [
        { ip: "10.244.0.1", targetRef: { kind: "Pod", namespace: "default" } },
        { ip: "10.244.0.2", targetRef: { kind: "Pod" } },
      ],
      ports: [{ name: "http", port: 8080, protocol: "TCP" }],
    },
  ]);
  await world.edit(deployments, key, (one) => ({ ...one, spec: { ...one.spec, replicas: 1 } }));
  await world.pass(4);
  expect((await ips())?.flat()).toHaveLength(1);
  await world.edit(deployments, key, (one) => ({ ...one, spec: { ...one.spec, replicas: 0 } }));
  await world.pass(4);
  expect(await ips()).toBeUndefined();
});

test("they go with the service, and come back when somebody deletes them", async () => {
  await world.create(services, service({ clusterIP: "None" }));
  await world.pass(2);
  expect((await written()).metadata.labels).toHaveProperty(["service.kubernetes.io/headless"], "");
  await world.client.resource(endpoints).delete(key, {}, world.signal);
  await world.pass(2);
  expect((await written()).metadata.name).toBe("web");
  await world.client.resource(services).delete(key, {}, world.signal);
  await world.pass(3);
  expect(await written().catch((error: unknown) => isStatus(error, "NotFound"))).toBe(true);
});

test("those of a service without selector, and those without a service, are left to whoever writes them", async () => {
  const own: Endpoints = {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { ...key },
    subsets: [{ addresses: [{ ip: "192.0.2.7" }], ports: [{ port: 1 }] }],
  };
  await world.create(endpoints, own);
  await world.pass(3);
  expect(await ips()).toEqual([["192.0.2.7"]]);
  const { selector: _selector, ...spec } = service().spec ?? {};
  await world.create(services, { ...service(), spec });
  await world.pass(3);
  expect(await ips()).toEqual([["192.0.2.7"]]);
});

test("a service whose pods do not change causes no requests", async () => {
  await world.create(services, service());
  await world.create(deployments, deployment);
  await world.pass(5);
  const before = world.requests.length;
  await world.pass(10);
  expect(world.requests.slice(before)).toEqual([]);
});

function pod(name: string, ip: string, more: { readonly ports?: object[]; readonly ready?: boolean } = {}): Pod {
  const { ports, ready = true } = more;
  const made = readyPod(
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default", uid: name },
      spec: { containers: [{ name: "c", image: "i", ...(ports === undefined ? {} : { ports }) } as never] },
    },
    ip,
    0,
  );
  return ready ? made : { ...made, status: { ...made.status, conditions: [] } };
}
const shown = (one: Service, list: readonly Pod[]) =>
  subsetsOf(one, list).map(({ addresses, notReadyAddresses, ports }) => [
    addresses?.map(({ ip }) => ip) ?? [],
    notReadyAddresses?.map(({ ip }) => ip) ?? [],
    ports?.map(({ port }) => port) ?? [],
  ]);

test("ports with the same addresses share a subset; pods that are not ready stand apart", () => {
  const two = service({
    ports: [
      { name: "a", port: 1 },
      { name: "b", port: 2 },
    ],
  });
  expect(shown(two, [pod("y", "10.0.0.2"), pod("x", "10.0.0.1"), pod("z", "10.0.0.3", { ready: false })])).toEqual([
    [["10.0.0.1", "10.0.0.2"], ["10.0.0.3"], [1, 2]],
  ]);
  expect(shown(service({ publishNotReadyAddresses: true }), [pod("z", "10.0.0.3", { ready: false })])).toEqual([
    [["10.0.0.3"], [], [8080]],
  ]);
});

test("named ports may differ from pod to pod; a pod without the port is left out", () => {
  const named = service({ ports: [{ port: 80, targetPort: "http" }] });
  const port = (containerPort: number) => [{ name: "http", containerPort, protocol: "TCP" }];
  const list = [
    pod("x", "10.0.0.1", { ports: port(8080) }),
    pod("y", "10.0.0.2", { ports: port(9090) }),
    pod("z", "10.0.0.3"),
  ];
  expect(shown(named, list)).toEqual([
    [["10.0.0.1"], [], [8080]],
    [["10.0.0.2"], [], [9090]],
  ]);
  expect(shown(service({ ports: [], clusterIP: "None" }), [pod("x", "10.0.0.1")])).toEqual([[["10.0.0.1"], [], []]]);
});

test("more than a thousand addresses are cut, ready ones last", () => {
  const list = Array.from({ length: 1200 }, (_, i) => pod(`p${i}`, `10.0.${i >> 8}.${i & 255}`, { ready: i < 700 }));
  const [subset] = truncated(subsetsOf(service(), list));
  expect([subset?.addresses?.length, subset?.notReadyAddresses?.length]).toEqual([700, 300]);
});

test("they tell when what was written last came about", async () => {
  const told = async () => (await written()).metadata.annotations?.["endpoints.kubernetes.io/last-change-trigger-time"];
  const made = await world.create(services, service());
  await world.pass(2);
  expect(await told()).toBe(made.metadata.creationTimestamp);
  await world.create(deployments, { ...deployment, spec: { ...deployment.spec, replicas: 1 } });
  await world.pass(4);
  const [pod] = await world.list(pods, "default");
  expect(await told()).toBe(pod?.status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime);
  const before = world.requests.length;
  await world.pass(60);
  expect(world.requests.slice(before).filter((request) => request.includes("/endpoints"))).toEqual([]);
  // No pod tells of a change that is the service's own.
  await world.edit(services, key, (one) => ({ ...one, metadata: { ...one.metadata, labels: { team: "y" } } }));
  await world.pass(2);
  expect([(await written()).metadata.labels?.["team"], await told()]).toEqual(["y", undefined]);
});
