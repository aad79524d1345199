// The table follows services and slices as they change, on a data plane in memory and virtual time.
import type { Node, Service } from "@skates/api/core/v1";
import type { EndpointSlice } from "@skates/api/discovery/v1";
import type { ApiObject } from "@skates/apimachinery";
import { type Env, seededRandom, silentLogger, virtualClock } from "@skates/component-base";
import type { Delta, Informer } from "@skates/controller-runtime";
import { memoryDataPlane } from "@skates/packet-filter";
import { expect, test } from "vitest";
import { createKubeProxy, serviceKeysOf } from "./kube-proxy.ts";
import type { StaleFlow } from "./stale-flows.ts";

const nothing = { inc: () => undefined, set: () => undefined, add: () => undefined, observe: () => undefined };
const clock = virtualClock();
const env: Env = {
  clock,
  random: seededRandom(1),
  log: silentLogger,
  gates: { enabled: () => true, all: () => new Map() },
  metrics: {
    counter: () => nothing,
    gauge: () => nothing,
    histogram: () => nothing,
    include: () => undefined,
    render: () => "",
  },
};

/** An informer whose content the test sets. */
function fixed<T extends ApiObject>(
  keysOf: (object: T) => readonly string[],
): Informer<T> & { set(items: readonly T[]): void } {
  let items: readonly T[] = [];
  const listeners = new Set<(delta: Delta<T>) => void>();
  return {
    set(next) {
      items = next;
      const [object] = next;
      if (object !== undefined) for (const listener of listeners) listener({ type: "added", object });
    },
    get: (key) => items.find((o) => o.metadata.name === key.name),
    list: () => items,
    matching: (_namespace, test) => items.filter((o) => test(o.metadata.labels)),
    values: () => [...new Set(items.flatMap(keysOf))],
    by: (_index, value) => items.filter((o) => keysOf(o).includes(value)),
    count: (_index, value) => items.filter((o) => keysOf(o).includes(value)).length,
    run: () => Promise.resolve(),
    synced: () => true,
    whenSynced: () => Promise.resolve(),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    resourceVersion: () => "1",
    until: () => Promise.resolve(),
    addIndex: () => undefined,
    relist: () => undefined,
  };
}

const SERVICE: Service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "dns", namespace: "x" },
  spec: { clusterIP: "10.96.0.10", ports: [{ port: 53, protocol: "UDP" }] },
};
const node = (zone: string): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n", labels: { "topology.kubernetes.io/zone": zone } },
  spec: {},
});
const hinted = (...zones: readonly string[]): EndpointSlice => ({
  ...sliceAt("10.244.0.1"),
  endpoints: zones.map((name, i) => ({
    addresses: [`10.244.0.${i + 1}`],
    conditions: { ready: true },
    hints: { forZones: [{ name }] },
  })),
});
const sliceAt = (address: string): EndpointSlice => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: "dns-1", namespace: "x", labels: { "kubernetes.io/service-name": "dns" } },
  addressType: "IPv4",
  endpoints: [{ addresses: [address], conditions: { ready: true } }],
  ports: [{ port: 5353, protocol: "UDP" }],
});

test("rules appear, follow a changed endpoint and the zone of the node; flows to what went are forgotten", async () => {
  const services = fixed<Service>(() => []);
  const slices = fixed<EndpointSlice>(serviceKeysOf);
  const nodes = fixed<Node>(() => []);
  const dataPlane = memoryDataPlane();
  const forgotten: StaleFlow[] = [];
  const proxy = createKubeProxy({
    env,
    services,
    slices,
    nodeName: "n",
    nodes,
    dataPlane,
    flows: { forget: (flows) => Promise.resolve(void forgotten.push(...flows)) },
    table: { tableName: "t", nodeAddresses: [], podCidr: "10.244.0.0/16" },
  });
  const stop = new AbortController();
  const running = proxy.run(stop.signal);
  await clock.advance(10);
  expect(proxy.ready()).toBe(true);
  services.set([SERVICE]);
  slices.set([sliceAt("10.244.0.2")]);
  await clock.advance(10);
  const rules = (): string => JSON.stringify([...(dataPlane.tables.get("t")?.chains ?? [])]);
  expect(rules()).toContain("dnat ip to 10.244.0.2:5353");
  slices.set([sliceAt("10.244.0.3")]);
  await clock.advance(10);
  expect(rules()).toContain("dnat ip to 10.244.0.3:5353");
  expect(forgotten.at(-1)).toEqual({ destination: "10.96.0.10", port: 53, endpoint: "10.244.0.2" });
  slices.set([hinted("z1", "z2")]);
  await clock.advance(10);
  expect(rules()).toContain("10.244.0.1 . 5353");
  nodes.set([node("z2")]);
  await clock.advance(10);
  expect(rules()).not.toContain("10.244.0.1");
  expect(rules()).toContain("10.244.0.2");
  nodes.set([node("z1")]);
  await clock.advance(10);
  expect(rules()).toContain("dnat ip to 10.244.0.1:5353");
  proxy.useSlices("x/dns", [sliceAt("192.0.2.9")]);
  await clock.advance(10);
  expect(rules()).toContain("dnat ip to 192.0.2.9:5353");
  expect(rules()).not.toContain("10.244.0.1");
  stop.abort();
  await running;
});
