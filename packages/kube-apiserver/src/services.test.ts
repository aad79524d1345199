// Addresses and node ports of services: none is ever given out twice, and all come back.
import { systemClock } from "@skates/component-base/node";
import { memoryStore } from "@skates/storage";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ADMIN, type Caller, startTestServer, type TestServer } from "./node/testing.ts";

const admin: Caller = { user: ADMIN };
const SERVICES = "/api/v1/namespaces/default/services";
const service = (name: string, spec: object = {}) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name },
  spec: { ports: [{ port: 80 }], selector: { app: name }, ...spec },
});
let at: TestServer;
/** The record of node ports as it is stored: its range, and the ports whose bits are set. */
const record = async (): Promise<unknown> => {
  const page = await at.store.range("/registry/ranges/servicenodeports", {}, new AbortController().signal);
  const { kind, apiVersion, metadata, range, data } = JSON.parse(new TextDecoder().decode(page.entries[0]?.value));
  const bits = [...Buffer.from(data, "base64")].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const ports = bits
    .split("")
    .reverse()
    .flatMap((bit, i) => (bit === "1" ? [30_000 + i] : []));
  return { kind, apiVersion, metadata, range, ports };
};
const post = (body: unknown, query = "") => at.call(admin, "POST", `${SERVICES}${query}`, body);
const addresses = async (): Promise<string[]> =>
  (await at.call(admin, "GET", "/apis/networking.k8s.io/v1/ipaddresses")).body.items.map(
    (item: any) => item.metadata.name,
  );

beforeAll(async () => {
  at = await startTestServer({ serviceCidrs: ["10.96.0.0/24"], nodePorts: { from: 30_000, to: 30_039 } });
});
afterAll(() => at.stop());

describe("cluster addresses", () => {
  it("are different for services created at once, from the upper band first", async () => {
    const made = await Promise.all(Array.from({ length: 40 }, (_, i) => post(service(`many-${i}`))));
    const given = made.map(({ body }) => body.spec.clusterIP);
    expect(new Set(given).size).toBe(40);
    for (const address of given) expect(Number(address.split(".")[3])).toBeGreaterThan(16);
    expect(await addresses()).toEqual(expect.arrayContaining(given));
  });

  it("can be chosen, once", async () => {
    const { body } = await post(service("dns", { clusterIP: "10.96.0.10" }));
    expect(body.spec.clusterIPs).toEqual(["10.96.0.10"]);
    const again = await post(service("dns2", { clusterIP: "10.96.0.10" }));
    expect([again.status, again.body.message]).toEqual([
      422,
      'Service "dns2" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
    ]);
    const first = await post(service("first", { clusterIP: "10.96.0.1" }));
    expect(first.status).toBe(422);
    const outside = await post(service("outside", { clusterIP: "10.97.0.1" }));
    expect(outside.body.message).toContain("the provided network does not match the current range");
    for (const special of ["10.96.0.0", "10.96.0.255"]) {
      expect((await post(service("special", { clusterIP: special }))).status).toBe(422);
    }
    expect((await post(service("words", { clusterIP: "ten" }))).body.message).toContain("must be a valid IP");
  });

  it("come back when the service goes, or turns into one without", async () => {
    await post(service("brief", { clusterIP: "10.96.0.11" }));
    await at.call(admin, "DELETE", `${SERVICES}/brief`);
    await vi.waitFor(async () => expect(await addresses()).not.toContain("10.96.0.11"), { timeout: 5_000 });
    expect((await post(service("again", { clusterIP: "10.96.0.11" }))).status).toBe(201);
    const external = { spec: { type: "ExternalName", externalName: "example.com", clusterIP: null, clusterIPs: null } };
    const { status, body } = await at.call(admin, "PATCH", `${SERVICES}/again`, external);
    expect([status, body.message, body.spec?.clusterIP]).toEqual([200, undefined, undefined]);
    expect(await addresses()).not.toContain("10.96.0.11");
    const back = await at.call(admin, "PATCH", `${SERVICES}/again`, {
      spec: { type: "ClusterIP", externalName: null },
    });
    expect(await addresses()).toContain(back.body.spec.clusterIP);
  });

  it("are not taken by what is refused, dry, or has none", async () => {
    const before = (await addresses()).length;
    expect((await post(service("bad", { ports: [{ port: 0 }] }))).status).toBe(422);
    const dry = await post(service("dry"), "?dryRun=All");
    expect(dry.body.spec.clusterIP).toMatch(/^10\.96\.0\.\d+$/);
    const headless = await post(service("headless", { clusterIP: "None" }));
    expect(headless.body.spec).toMatchObject({
      clusterIP: "None",
      clusterIPs: ["None"],
      ipFamilyPolicy: "SingleStack",
    });
    expect((await addresses()).length).toBe(before);
    await post(service("twice"));
    expect((await post(service("twice"))).status).toBe(409);
    expect((await addresses()).length).toBe(before + 1);
  });
});

describe("node ports", () => {
  const portsOf = (body: any): number[] => body.spec.ports.map((port: any) => port.nodePort);

  it("are different for services created at once, until none is left", async () => {
    const made = await Promise.all(
      Array.from({ length: 39 }, (_, i) => post(service(`np-${i}`, { type: "NodePort" }))),
    );
    const given = made.flatMap(({ body }) => portsOf(body));
    expect(new Set(given).size).toBe(39);
    const last = await post(service("np-last", { type: "NodePort" }));
    const full = await post(service("np-full", { type: "NodePort" }));
    expect([last.status, full.status, full.body.message]).toEqual([
      201,
      500,
      "Internal error occurred: failed to allocate a nodePort: range is full",
    ]);
    for (let i = 0; i < 39; i++) await at.call(admin, "DELETE", `${SERVICES}/np-${i}`);
  });

  it("can be chosen, once; protocols share one", async () => {
    const [port] = portsOf((await at.call(admin, "GET", `${SERVICES}/np-last`)).body);
    const taken = await post(service("taken", { type: "NodePort", ports: [{ port: 80, nodePort: port }] }));
    expect([taken.status, taken.body.message]).toEqual([
      422,
      `Service "taken" is invalid: spec.ports[0].nodePort: Invalid value: ${port}: provided port is already allocated`,
    ]);
    const outside = await post(service("outside", { type: "NodePort", ports: [{ port: 80, nodePort: 80 }] }));
    expect(outside.body.message).toContain(
      "provided port is not in the valid range. The range of valid ports is 30000-30039",
    );
    const ports = [
      { name: "tcp", port: 53, protocol: "TCP" },
      { name: "udp", port: 53, protocol: "UDP" },
    ];
    const { body } = await post(service("both", { type: "NodePort", ports }));
    const [tcp, udp] = portsOf(body);
    expect(tcp).toBe(udp);
    const kept = await at.call(admin, "PATCH", `${SERVICES}/both`, { metadata: { labels: { changed: "yes" } } });
    expect(portsOf(kept.body)).toEqual([tcp, udp]);
    const plain = await at.call(admin, "PATCH", `${SERVICES}/both`, { spec: { type: "ClusterIP" } });
    expect(portsOf(plain.body)).toEqual([undefined, undefined]);
  });

  it("are recorded in the store as upstream does, while services have them", async () => {
    const held = portsOf((await at.call(admin, "GET", `${SERVICES}/np-last`)).body);
    const recorded = (ports: readonly number[]) => ({
      kind: "RangeAllocation",
      apiVersion: "v1",
      metadata: {},
      range: "30000-30039",
      ports: [...held, ...ports].sort((a, b) => a - b),
    });
    const free = [30_000, 30_009, 30_038].filter((port) => !held.includes(port));
    for (const port of free) {
      await post(service(`rec-${port}`, { type: "NodePort", ports: [{ port: 80, nodePort: port }] }));
    }
    await vi.waitFor(async () => expect(await record()).toEqual(recorded(free)), { timeout: 5_000 });
    for (const port of free) await at.call(admin, "DELETE", `${SERVICES}/rec-${port}`);
    await vi.waitFor(async () => expect(await record()).toEqual(recorded([])), { timeout: 5_000 });
  });
});

it("finds everything in place after a restart, and gives nothing out again", async () => {
  const store = memoryStore({ clock: systemClock() });
  const first = await startTestServer({ store, serviceCidrs: ["10.98.0.0/29"] });
  const made = await first.call(admin, "POST", SERVICES, service("kept", { type: "NodePort" }));
  await first.stop();
  const head = await store.head(new AbortController().signal);
  const second = await startTestServer({ store, serviceCidrs: ["10.98.0.0/29"] });
  const page = await second.store.range("/registry/", { revision: head }, new AbortController().signal);
  expect(page.count).toBeGreaterThan(8);
  const given = [made.body.spec.clusterIP];
  for (let i = 0; i < 4; i++)
    given.push((await second.call(admin, "POST", SERVICES, service(`s-${i}`))).body.spec.clusterIP);
  expect(new Set(given).size).toBe(5);
  const full = await second.call(admin, "POST", SERVICES, service("full"));
  expect([full.status, full.body.message]).toEqual([
    500,
    "Internal error occurred: failed to allocate a serviceIP: range is full",
  ]);
  await second.stop();
});

it("addresses that were lost, or are wrong, are claimed again at the next start, and services are told", async () => {
  const store = memoryStore({ clock: systemClock() });
  const first = await startTestServer({ serviceCidrs: ["10.96.0.0/24"], store });
  const IPS = "/apis/networking.k8s.io/v1/ipaddresses";
  for (const [name, clusterIP] of [
    ["lost", "10.96.0.20"],
    ["wrong", "10.96.0.21"],
    ["whole", "10.96.0.22"],
  ] as const) {
    expect((await first.call(admin, "POST", SERVICES, service(name, { clusterIP }))).status).toBe(201);
  }
  for (const name of ["10.96.0.20", "10.96.0.21"]) await first.call(admin, "DELETE", `${IPS}/${name}`);
  const strange = {
    apiVersion: "networking.k8s.io/v1",
    kind: "IPAddress",
    metadata: { name: "10.96.0.21", labels: { "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io" } },
    spec: { parentRef: { resource: "services", namespace: "default", name: "gone" } },
  };
  expect((await first.call(admin, "POST", IPS, strange)).status).toBe(201);
  await first.stop();
  const second = await startTestServer({ serviceCidrs: ["10.96.0.0/24"], store });
  try {
    await vi.waitFor(
      async () => {
        const { body } = await second.call(admin, "GET", "/api/v1/namespaces/default/events");
        const told = body.items.map(
          (event: any) => `${event.involvedObject.name} ${event.type} ${event.reason}: ${event.message}`,
        );
        expect(told.toSorted()).toEqual([
          "lost Warning ClusterIPNotAllocated: Cluster IP [IPv4]: 10.96.0.20 is not allocated; repairing",
          "wrong Warning ClusterIPNotAllocated: the ClusterIP [IPv4]: 10.96.0.21 for Service default/wrong has a wrong reference; repairing",
        ]);
      },
      { timeout: 10_000 },
    );
    const owner = async (name: string) => (await second.call(admin, "GET", `${IPS}/${name}`)).body.spec.parentRef.name;
    expect([await owner("10.96.0.20"), await owner("10.96.0.21"), await owner("10.96.0.22")]).toEqual([
      "lost",
      "wrong",
      "whole",
    ]);
  } finally {
    await second.stop();
  }
}, 20_000);
