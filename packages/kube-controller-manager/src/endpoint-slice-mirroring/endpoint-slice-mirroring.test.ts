// Slices of Endpoints that somebody writes by hand, on the real API server with virtual time.
import { type Endpoints, endpoints, type Service, services } from "@skates/api/core/v1";
import { endpointSlices } from "@skates/api/discovery/v1";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startWorld, type World } from "../testing/world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const key = { namespace: "default", name: "outside" };
const service: Service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { ...key },
  spec: { ports: [{ name: "db", port: 5432 }] },
};
const own: Endpoints = {
  apiVersion: "v1",
  kind: "Endpoints",
  metadata: {
    ...key,
    labels: { team: "x" },
    annotations: { note: "n", "kubectl.kubernetes.io/last-applied-configuration": "{}" },
  },
  subsets: [
    {
      addresses: [{ ip: "192.0.2.7", hostname: "one" }, { ip: "2001:db8::7" }],
      notReadyAddresses: [{ ip: "192.0.2.8" }],
      ports: [{ name: "db", port: 5432, protocol: "TCP" }],
    },
  ],
};
const slices = async () =>
  (await world.list(endpointSlices, "default")).filter(({ metadata }) => metadata.name.startsWith("outside-"));
const shown = async () =>
  (await slices())
    .map(({ addressType, endpoints: list = [] }) => `${addressType} ${list.flatMap((one) => one.addresses).join(" ")}`)
    .sort((a, b) => (a < b ? -1 : 1));

test("they are shown by family, with labels, ports and readiness, and belong to the Endpoints", async () => {
  await world.create(services, service);
  await world.create(endpoints, own);
  await world.pass(2);
  expect(await shown()).toEqual(["IPv4 192.0.2.7 192.0.2.8", "IPv6 2001:db8::7"]);
  const first = (await slices()).find(({ addressType }) => addressType === "IPv4");
  expect(first).toMatchObject({
    metadata: {
      labels: {
        team: "x",
        "kubernetes.io/service-name": "outside",
        "endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io",
      },
      annotations: { note: "n" },
      ownerReferences: [{ kind: "Endpoints", name: "outside", controller: true }],
    },
    endpoints: [
      { addresses: ["192.0.2.7"], hostname: "one", conditions: { ready: true } },
      { addresses: ["192.0.2.8"], conditions: { ready: false } },
    ],
    ports: [{ name: "db", port: 5432, protocol: "TCP" }],
  });
  expect(Object.keys(first?.metadata.annotations ?? {})).toEqual(["note"]);
});

test("they follow changes, and go with the Endpoints or when the service gets a selector", async () => {
  await world.create(services, service);
  await world.create(endpoints, own);
  await world.pass(2);
  const names = (await slices()).map(({ metadata }) => metadata.name);
  const ports = [{ name: "db", port: 5432, protocol: "TCP" as const }];
  await world.edit(endpoints, key, (one) => ({ ...one, subsets: [{ addresses: [{ ip: "192.0.2.9" }], ports }] }));
  await world.pass(2);
  expect(await shown()).toEqual(["IPv4 192.0.2.9"]);
  expect(names).toContain((await slices())[0]?.metadata.name);
  await world.client.resource(endpoints).delete(key, {}, world.signal);
  await world.pass(3);
  expect(await shown()).toEqual([]);
  await world.create(endpoints, own);
  await world.pass(2);
  expect(await shown()).toHaveLength(2);
  await world.edit(services, key, (one) => ({ ...one, spec: { ...one.spec, selector: { app: "none" } } }));
  await world.pass(3);
  expect((await shown()).filter((slice) => slice.includes("."))).toEqual([]);
});

test("without a service, or marked so, they are not shown; a settled one causes no requests", async () => {
  await world.create(endpoints, {
    ...own,
    metadata: { ...own.metadata, labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } },
  });
  await world.pass(2);
  await world.create(services, service);
  await world.pass(2);
  expect(await shown()).toEqual([]);
  await world.edit(endpoints, key, (one) => ({ ...one, metadata: { ...one.metadata, labels: {} } }));
  await world.pass(2);
  expect(await shown()).toHaveLength(2);
  const before = world.requests.length;
  await world.pass(5);
  expect(world.requests.slice(before)).toEqual([]);
});
