// Hints by the size of zones, as pairs of endpoints and hints; and on the real API server as nodes and the annotation come and go.
import { events, type Node, nodes, type Pod, pods, type Service, services } from "@skates/api/core/v1";
import { type Endpoint, endpointSlices } from "@skates/api/discovery/v1";
import { describe, expect, test } from "vitest";
import { addNode, readyPod, startWorld } from "../testing/world.ts";
import { type Draft, hintedByZoneSize, hintsByZoneSize, zoneShares } from "./zone-hints.ts";

const node = (zone: string, cpu: string, more: { readonly ready?: boolean; readonly role?: string } = {}): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name: `${zone}-${cpu}`,
    labels: {
      ...(zone === "" ? {} : { "topology.kubernetes.io/zone": zone }),
      ...(more.role === undefined ? {} : { [more.role]: "" }),
    },
  },
  spec: {},
  status: { allocatable: { cpu }, conditions: [{ type: "Ready", status: more.ready === false ? "False" : "True" }] },
});

describe("shares of zones", () => {
  const control = { role: "node-role.kubernetes.io/control-plane" };
  test.each([
    ["by CPU", [node("a", "1"), node("a", "1"), node("b", "6")], { a: 0.25, b: 0.75 }],
    [
      "control planes and silent nodes do not count",
      [node("a", "1"), node("b", "1"), node("", "9", control)],
      { a: 0.5, b: 0.5 },
    ],
    ["a node without a zone spoils all", [node("a", "1"), node("b", "1"), node("", "1")], undefined],
    ["nor does one without CPU do", [node("a", "1"), node("b", "0")], undefined],
    [
      "a silent node may lack both",
      [node("a", "1"), node("b", "1"), node("", "0", { ready: false })],
      { a: 0.5, b: 0.5 },
    ],
    ["one zone is not enough", [node("a", "1"), node("a", "2")], undefined],
    ["no nodes", [], undefined],
  ])("%s", (_name, all, expected) => {
    const shares = zoneShares(all);
    expect(shares === undefined ? undefined : Object.fromEntries(shares)).toEqual(expected);
  });
});

/** `a` is a ready endpoint in zone a, `a>b` one with a hint for b, `-a` one that is not ready. */
function draft(text: string, changed = true): Draft {
  const endpoints = text.split(" ").map((word, i): Endpoint => {
    const [, silent = "", zone = "", hint] = /^(-?)(\w*)(?:>(\w+))?$/.exec(word) ?? [];
    return {
      addresses: [`10.0.0.${i}`],
      conditions: { ready: silent === "" },
      ...(zone === "" ? {} : { zone }),
      ...(hint === undefined ? {} : { hints: { forZones: [{ name: hint }] } }),
    };
  });
  return { endpoints, changed };
}
const shown = ({ endpoints }: Draft): string =>
  endpoints
    .map(({ zone = "", hints, conditions }) => {
      const hint = hints?.forZones?.map(({ name }) => name).join("+");
      return `${conditions?.ready === true ? "" : "-"}${zone}${hint === undefined ? "" : `>${hint}`}`;
    })
    .join(" ");
const EQUAL = new Map([
  ["a", 0.5],
  ["b", 0.5],
]);
const UNEQUAL = new Map([
  ["a", 0.75],
  ["b", 0.25],
]);
const kept = (text: string): Draft => draft(text, false);

describe("hints", () => {
  test.each([
    ["each its own zone", [draft("a b a b")], EQUAL, ["a>a b>b a>a b>b"], "Topology Aware Hints has been enabled"],
    [
      "a zone with too many gives",
      [draft("a a a b")],
      EQUAL,
      ["a>b a>a a>a b>b"],
      "Topology Aware Hints has been enabled",
    ],
    ["by shares", [draft("a a b b")], UNEQUAL, ["a>a a>a b>a b>b"], "Topology Aware Hints has been enabled"],
    ["what is not ready gets none", [draft("a b -a>a")], EQUAL, ["a>a b>b -a"], undefined],
    [
      "slices that need no write are left alone while they fit",
      [kept("a>a a>b"), draft("a b")],
      EQUAL,
      ["a>a a>b", "a>a b>b"],
      undefined,
    ],
    [
      "those that give a zone too much do not fit",
      [kept("a>a a>a a>a a>a"), draft("b b")],
      EQUAL,
      ["a>b a>a a>a a>a", "b>b b>b"],
      undefined,
    ],
    ["an unknown zone does not fit", [kept("a>gone b>b")], EQUAL, ["a>a b>b"], undefined],
    ["too few endpoints", [draft("a>a")], EQUAL, ["a"], "Insufficient number of endpoints (1 endpoints, 2 zones)"],
    [
      "no zone can get enough",
      [draft("a b c a")],
      new Map([
        ["a", 0.34],
        ["b", 0.33],
        ["c", 0.33],
      ]),
      ["a b c a"],
      "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (4 endpoints, 3 zones)",
    ],
    [
      "no shares",
      [kept("a>a b>b")],
      undefined,
      ["a b"],
      "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes",
    ],
    [
      "an endpoint in no zone",
      [draft("a>a b>b a ")],
      EQUAL,
      ["a b a "],
      "One or more endpoints do not have a zone specified",
    ],
  ])("%s", (_name, drafts, shares, expected, message) => {
    const { drafts: hinted, told } = hintedByZoneSize(drafts, shares);
    expect({ hinted: hinted.map(shown), message: told?.message }).toEqual({ hinted: expected, message });
  });
});

test("the annotation is known in its old and its new form", () => {
  const asks = (annotations: Record<string, string>): boolean =>
    hintsByZoneSize({ apiVersion: "v1", kind: "Service", metadata: { name: "x", annotations }, spec: {} });
  expect([
    asks({ "service.kubernetes.io/topology-mode": "Auto" }),
    asks({ "service.kubernetes.io/topology-aware-hints": "auto" }),
    asks({ "service.kubernetes.io/topology-aware-hints": "Disabled", "service.kubernetes.io/topology-mode": "Auto" }),
    asks({ "service.kubernetes.io/topology-mode": "AUTO" }),
    asks({}),
  ]).toEqual([true, true, false, false, false]);
});

test("hints come with the annotation, follow the nodes, and go with it", async () => {
  const world = await startWorld();
  try {
    for (const zone of ["a", "b"]) {
      await addNode(world, zone);
      await world.edit(nodes, { name: zone }, (one) => ({
        ...one,
        metadata: { ...one.metadata, labels: { "topology.kubernetes.io/zone": zone } },
      }));
      const patch = { type: "merge", body: { status: { allocatable: { cpu: "2" } } } } as const;
      await world.client.resource(nodes).sub("status").patch({ name: zone }, patch, {}, world.signal);
    }
    const annotations = { "service.kubernetes.io/topology-mode": "Auto" };
    const service: Service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "default", annotations },
      spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
    };
    await world.create(services, service);
    for (const nodeName of ["a", "a", "a", "b"]) {
      const name = `p${(await world.list(pods)).length}`;
      const pod: Pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name, namespace: "default", labels: { app: "web" } },
        spec: { nodeName, containers: [{ name: "c", image: "i" }] },
      };
      const made = await world.create(pods, pod);
      await world.client
        .resource(pods)
        .updateStatus(readyPod(made, `10.244.0.${name.slice(1)}`, world.clock.nowMs()), {}, world.signal);
    }
    const hints = async () => {
      const own = (await world.list(endpointSlices, "default")).filter(
        ({ metadata }) => metadata.name !== "kubernetes",
      );
      const all = own.flatMap(({ endpoints = [] }) => endpoints);
      return all.map((one) => one.hints?.forZones?.[0]?.name ?? "none").toSorted((x, y) => (x < y ? -1 : 1));
    };
    await world.pass(2);
    expect(await hints()).toEqual(["a", "a", "b", "b"]);
    await world.edit(nodes, { name: "b" }, (one) => ({ ...one, metadata: { ...one.metadata, labels: {} } }));
    await world.pass(2);
    expect(await hints()).toEqual(["none", "none", "none", "none"]);
    const labels = { "topology.kubernetes.io/zone": "b" };
    await world.edit(nodes, { name: "b" }, (one) => ({ ...one, metadata: { ...one.metadata, labels } }));
    await world.pass(2);
    expect(await hints()).toEqual(["a", "a", "b", "b"]);
    await world.edit(services, { namespace: "default", name: "web" }, (one) => ({
      ...one,
      metadata: { ...one.metadata, annotations: {} },
    }));
    await world.pass(2);
    expect(await hints()).toEqual(["none", "none", "none", "none"]);
    const told = (await world.list(events, "default")).map(
      ({ type, reason, message }) => `${type} ${reason}: ${message}`,
    );
    expect(told).toEqual(
      expect.arrayContaining([
        "Normal TopologyAwareHintsEnabled: Topology Aware Hints has been enabled, addressType: IPv4",
        "Warning TopologyAwareHintsDisabled: Topology Aware Hints has been disabled, addressType: IPv4",
        "Warning TopologyAwareHintsDisabled: Insufficient Node information: allocatable CPU or zone not specified on one or more nodes, addressType: IPv4",
      ]),
    );
  } finally {
    await world.stop();
  }
});
